"""The SDK's own types: what Kaam says must be read by them, and come back unchanged."""

import inspect
import json
from typing import Any

import chatkit.widgets
from chatkit.types import Attachment, Page, SyncCustomActionResponse, Thread, ThreadItem, ThreadStreamEvent, TranscriptionResult
from pydantic import TypeAdapter, ValidationError

from client import Exchange
from compare import differences, shown
from normalise import UTC

EVENT: TypeAdapter = TypeAdapter(ThreadStreamEvent)
ANSWERS: dict[str, TypeAdapter] = {
    "threads.get_by_id": TypeAdapter(Thread),
    "threads.list": TypeAdapter(Page[Thread]),
    "threads.update": TypeAdapter(Thread),
    "items.list": TypeAdapter(Page[ThreadItem]),
    "threads.sync_custom_action": TypeAdapter(SyncCustomActionResponse),
    "attachments.create": TypeAdapter(Attachment),
    "input.transcribe": TypeAdapter(TranscriptionResult),
}
"""What operations answer; the others answer `{}`."""


COMPONENTS: dict[str, TypeAdapter] = {
    name: TypeAdapter(one)
    for name, one in inspect.getmembers(chatkit.widgets, inspect.isclass)
    if issubclass(one, chatkit.widgets.WidgetComponentBase) and "type" in one.model_fields and one.model_fields["type"].default == name
}
"""The strict type of each component. The SDK's union would take anything for a dynamic one."""
NOT_IN_PYTHON = {"Table", "Table.Row", "Table.Cell"}
"""Components that only the web component has."""


def widgets(value: Any) -> list[str]:
    """What is wrong with the widgets in an answer, component by component."""
    problems: list[str] = []
    match value:
        case {"widget": dict(root)}:
            problems += component(root)
        case {"component": dict(one)}:
            problems += component(one)
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        problems += widgets(one)
    return problems


def component(one: dict) -> list[str]:
    children = one.get("children")
    inner = [children] if isinstance(children, dict) else children or []
    problems = [problem for child in inner for problem in component(child)]
    kind = one.get("type")
    if kind in NOT_IN_PYTHON:
        return problems
    if kind == "Basic":
        # The SDK has no fields for it.
        return problems
    if kind not in COMPONENTS:
        return [*problems, f"no component is called {kind!r}"]
    bare = {name: value for name, value in one.items() if name != "children"}
    if children is not None:
        bare["children"] = {"type": "Spacer"} if isinstance(children, dict) else []
    text = json.dumps(bare)
    return problems + [f"{kind}: {problem}" for problem in round_trip(COMPONENTS[kind], text)]


def with_python_times(value: Any, key: str = "") -> Any:
    """pydantic writes a time without trailing zeros in no way of its own: compare times as times."""
    match value:
        case dict():
            return {name: with_python_times(one, name) for name, one in value.items()}
        case list():
            return [with_python_times(one) for one in value]
        case str() if key == "created_at" and UTC.fullmatch(value):
            return value.removesuffix("Z").rstrip("0").rstrip(".") if "." in value else value.removesuffix("Z")
    return value


def round_trip(adapter: TypeAdapter, text: str) -> list[str]:
    try:
        back = adapter.dump_json(adapter.validate_json(text), by_alias=True, exclude_none=True, context={"exclude_metadata": True})
    except ValidationError as error:
        return [f"cannot be read: {error}: {text[:500]}"]
    ours = json.loads(text)
    found = differences(with_python_times(ours), with_python_times(json.loads(back)))
    return [f"{shown(path)}: {ours!r} came back as {theirs!r}" for path, ours, theirs in found]


def check(exchange: Exchange) -> list[str]:
    """What the SDK's types do not like in an answer of Kaam."""
    request = exchange.request[1]
    operation = request.get("type") if isinstance(request, dict) else None
    if exchange.events is not None:
        problems = [f"event {n}: {problem}" for n, text in enumerate(exchange.raw) for problem in round_trip(EVENT, text)]
    elif exchange.status != 200 or operation is None:
        return []
    elif operation in ANSWERS:
        problems = [f"{operation}: {problem}" for text in exchange.raw for problem in round_trip(ANSWERS[operation], text)]
    else:
        problems = [] if exchange.body == {} else [f"{operation} answered {exchange.body!r}"]
    return problems + times(exchange) + widgets(exchange.events or exchange.body)


def times(exchange: Exchange) -> list[str]:
    """Every time is UTC with Z, and an item's own does not change while it is written."""
    problems: list[str] = []
    made: dict[str, str] = {}

    def look(value: Any) -> None:
        if isinstance(value, dict):
            if "created_at" in value:
                at = value["created_at"]
                if not UTC.fullmatch(str(at)):
                    problems.append(f"{at!r} is no time in UTC")
                if made.setdefault(value.get("id", ""), at) != at and value.get("type") is not None:
                    problems.append(f"{value['id']} was made at {made[value['id']]} and at {at}")
            for one in value.values():
                look(one)
        elif isinstance(value, list):
            for one in value:
                look(one)

    for event in exchange.events or [exchange.body]:
        # A replacement is another item.
        if not (isinstance(event, dict) and event.get("type") == "thread.item.replaced"):
            look(event)
    return problems


def as_told(exchanges: list[Exchange]) -> list[str]:
    """Items that are read back with another time than they were told with."""
    problems: list[str] = []
    told: dict[str, str] = {}
    for n, exchange in enumerate(exchanges):
        for event in exchange.events or []:
            if event["type"] in ("thread.item.done", "thread.item.replaced"):
                told[event["item"]["id"]] = event["item"]["created_at"]
        body = exchange.body if isinstance(exchange.body, dict) else {}
        for item in body.get("data", body.get("items", {}).get("data", [])):
            if told.get(item["id"], item["created_at"]) != item["created_at"]:
                problems.append(f"exchange {n}: {item['type']} was told with {told[item['id']]}, and reads {item['created_at']}")
    return problems
