"""The SDK's own types: what Kaam says must be read by them, and come back unchanged."""

import json
from typing import Any

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
    found = differences(with_python_times(json.loads(text)), with_python_times(json.loads(back)))
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
    return problems + times(exchange)


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
