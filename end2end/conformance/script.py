"""Plays the scripts on the SDK: the twin of server/script.rs and server/player.rs.

Texts, thoughts and pictures go in as events of the Agents SDK and come out of `stream_agent_response`; widgets and workflows go through
the helpers of `AgentContext`. So what comes out is the SDK's behaviour, not ours.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime
from itertools import groupby
from types import SimpleNamespace
from typing import Any

from chatkit.agents import AgentContext, ClientToolCall, ResponseStreamConverter, stream_agent_response
from chatkit.errors import CustomStreamError, ErrorCode, StreamError
from chatkit.types import (
    Annotation,
    AssistantMessageItem,
    ClientEffectEvent,
    ClientToolCallItem,
    HiddenContextItem,
    NoticeEvent,
    ProgressUpdateEvent,
    SDKHiddenContextItem,
    StructuredInputItem,
    Task,
    ThreadItem,
    ThreadItemAddedEvent,
    ThreadItemDoneEvent,
    ThreadItemRemovedEvent,
    ThreadItemReplacedEvent,
    ThreadItemUpdate,
    ThreadItemUpdatedEvent,
    ThreadMetadata,
    ThreadStatus,
    ThreadStreamEvent,
    UserMessageItem,
    UserMessageTextContent,
    Workflow,
    WorkflowSummary,
)
from chatkit.widgets import WidgetRoot
from openai.types.responses.response_output_text import AnnotationURLCitation, ResponseOutputText
from pydantic import TypeAdapter

ITEM: TypeAdapter = TypeAdapter(ThreadItem)
UPDATE: TypeAdapter = TypeAdapter(ThreadItemUpdate)
TASK: TypeAdapter = TypeAdapter(Task)
SUMMARY: TypeAdapter = TypeAdapter(WorkflowSummary)
STATUS: TypeAdapter = TypeAdapter(ThreadStatus)
WIDGET: TypeAdapter = TypeAdapter(WidgetRoot)


PLAIN = {"added", "updated", "done", "removed", "replaced", "messages", "progress", "effect", "notice", "thread", "error", "pause"}
"""Steps that are events, or no event at all, and no doing of an agent's."""


class Gates:
    """Where scripts wait for the tests."""

    def __init__(self) -> None:
        self.gates: dict[str, asyncio.Semaphore] = {}

    def gate(self, name: str) -> asyncio.Semaphore:
        return self.gates.setdefault(name, asyncio.Semaphore(0))


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def read(text: str) -> dict:
    """A text with no script in it is answered with nothing."""
    if text.lstrip()[:1] == "[":
        return {"steps": json.loads(text)}
    if text.lstrip()[:1] == "{":
        return json.loads(text)
    return {"steps": []}


def script_of(message: UserMessageItem) -> dict:
    return read(next((part.text for part in message.content if isinstance(part, UserMessageTextContent)), ""))


def is_answered(item: Any) -> bool:
    return (isinstance(item, ClientToolCallItem) and item.status == "completed") or (
        isinstance(item, StructuredInputItem) and item.status != "pending"
    )


async def all_items(store: Any, thread: ThreadMetadata, context: str) -> list:
    return (await store.load_thread_items(thread.id, None, 1000, "asc", context)).data


async def steps_of(store: Any, thread: ThreadMetadata, message: UserMessageItem | None, context: str) -> list[dict]:
    """What is to be answered: a message by its script; a tool's output or a form by the script's `then`."""
    if message is not None:
        return script_of(message)["steps"]
    items = await all_items(store, thread, context)
    place = max((n for n, item in enumerate(items) if isinstance(item, UserMessageItem)), default=None)
    if place is None:
        return []
    then = script_of(items[place]).get("then", [])
    answered = sum(is_answered(item) for item in items[place:])
    place = max(answered - 1, 0)
    return then[place] if place < len(then) else []


class Passed(asyncio.Queue):
    """The queue of an `AgentContext`, which knows what has gone through the whole pipeline: a step begins when the events of the one before
    it are stored and sent. Otherwise the order would depend on how fast the client reads."""

    def __init__(self) -> None:
        super().__init__()
        self.under_way: list = []
        self.none_under_way = asyncio.Event()
        self.none_under_way.set()

    async def put(self, item: Any) -> None:
        self.under_way.append(item)
        self.none_under_way.clear()
        await super().put(item)

    def passed(self, event: Any) -> None:
        self.under_way = [known for known in self.under_way if known is not event]
        if not self.under_way:
            self.none_under_way.set()


class Converter(ResponseStreamConverter):
    """Annotations and pictures come out as the script has them."""

    def __init__(self) -> None:
        super().__init__()
        self.annotations: list[Annotation] = []

    async def url_citation_to_annotation(self, url_citation: AnnotationURLCitation) -> Annotation | None:
        return self.annotations[int(url_citation.url)]

    async def base64_image_to_url(self, image_id: str, base64_image: str, partial_image_index: int | None = None) -> str:
        return base64_image


def raw(type: str, **fields: Any) -> SimpleNamespace:
    return SimpleNamespace(type="raw_response_event", data=SimpleNamespace(type=type, **fields))


class Play:
    """One answer. Where its steps are what an agent does, it stands where the Agents SDK's run would; events on items that are written out one
    by one are handed over as they are."""

    def __init__(self, steps: list[dict], gates: Gates, thread: ThreadMetadata, store: Any, context: str, named: dict[str, Any]) -> None:
        self.steps = steps
        self.gates = gates
        self.thread = thread
        self.store = store
        self.person = context
        self.named = named
        self.converter = Converter()

    async def events(self) -> AsyncIterator[ThreadStreamEvent]:
        for by_agent, steps in groupby(self.steps, lambda step: step["do"] not in PLAIN):
            if by_agent:
                self.run = list(steps)
                self.context = AgentContext(thread=self.thread, store=self.store, request_context=self.person)
                self.context._events = self.queue = Passed()
                async for event in stream_agent_response(self.context, self, converter=self.converter):  # type: ignore[arg-type]
                    yield event
                    self.queue.passed(event)
            else:
                for step in steps:
                    async for event in self.plain(step):
                        yield event

    async def stream_events(self) -> AsyncIterator[Any]:
        for step in self.run:
            match step:
                case {"do": "text", **rest}:
                    async for event in self.text(**rest):
                        yield event
                case {"do": "history"}:
                    items = await all_items(self.store, self.thread, self.person)
                    async for event in self.text([compact([[item.type, said(item)] for item in items])]):
                        yield event
                case {"do": "input"}:
                    async for event in self.text([await self.input()]):
                        yield event
                case {"do": "reasoning", "thoughts": thoughts}:
                    for event in reasoning(thoughts):
                        yield event
                case {"do": "image", **rest}:
                    for event in self.image(**rest):
                        yield event
                case {"do": "client_tool", "call_id": call_id, "name": name, "arguments": arguments}:
                    call = {"type": "function_call", "call_id": call_id, "id": self.new_id("tool_call"), "name": name}
                    item = SimpleNamespace(type="tool_call_item", raw_item=call)
                    yield SimpleNamespace(type="run_item_stream_event", item=item)
                    self.context.client_tool_call = ClientToolCall(name=name, arguments=arguments)
                case _:
                    await self.helper(step)
            await self.queue.none_under_way.wait()

    def new_id(self, kind: Any = "message") -> str:
        return self.store.generate_item_id(kind, self.thread, self.person)

    async def text(self, deltas: list[str], annotations: list[dict] = []) -> AsyncIterator[Any]:
        id = self.new_id()
        self.converter.annotations = [Annotation.model_validate(annotation) for annotation in annotations]
        cited = [AnnotationURLCitation(type="url_citation", url=str(n), title="", start_index=0, end_index=0) for n in range(len(annotations))]
        whole = "".join(deltas)
        yield raw("response.output_item.added", item=SimpleNamespace(type="message", id=id, content=[]))
        part = ResponseOutputText(type="output_text", text="", annotations=[])
        yield raw("response.content_part.added", item_id=id, content_index=0, part=part)
        for delta in deltas:
            yield raw("response.output_text.delta", item_id=id, content_index=0, delta=delta)
        for annotation in cited:
            yield raw("response.output_text.annotation.added", item_id=id, content_index=0, annotation=annotation)
        yield raw("response.output_text.done", item_id=id, content_index=0, text=whole)
        part = ResponseOutputText(type="output_text", text=whole, annotations=cited)
        yield raw("response.output_item.done", item=SimpleNamespace(type="message", id=id, content=[part]))

    def image(self, id: str, frames: list[str], url: str, of: int | None = None):
        self.converter.partial_images = of
        yield raw("response.output_item.added", item=SimpleNamespace(type="image_generation_call", id=id))
        for n, frame in enumerate(frames):
            yield raw("response.image_generation_call.partial_image", item_id=id, partial_image_b64=frame, partial_image_index=n)
        yield raw("response.output_item.done", item=SimpleNamespace(type="image_generation_call", id=id, result=url))

    def item(self, body: dict, known: Any = None) -> Any:
        created_at = known.created_at if known is not None else datetime.now()
        id = known.id if known is not None else self.new_id()
        return ITEM.validate_python({**body, "id": id, "thread_id": self.thread.id, "created_at": created_at})

    def id(self, step: dict) -> str:
        return step["id"] if "id" in step else self.named[step["as"]].id

    async def helper(self, step: dict) -> None:
        """What goes through the helpers of `AgentContext`."""
        context = self.context
        match step:
            case {"do": "workflow", "kind": kind}:
                await context.start_workflow(Workflow(type=kind, tasks=step.get("tasks", [])))
            case {"do": "task_added", "task": task}:
                await context.add_workflow_task(TASK.validate_python(task))
            case {"do": "task_updated", "task": task, "index": index}:
                await context.update_workflow_task(TASK.validate_python(task), index)
            case {"do": "end_workflow"}:
                summary = SUMMARY.validate_python(step["summary"]) if "summary" in step else None
                await context.end_workflow(summary, step.get("expanded", False))
            case {"do": "widget", "states": states}:
                roots = [WIDGET.validate_python(state) for state in states]

                async def generate():
                    for root in roots:
                        yield root

                await context.stream_widget(roots[0] if len(roots) == 1 else generate(), step.get("copy_text"))
            case _:
                raise ValueError(f"no such step: {step}")

    async def plain(self, step: dict) -> AsyncIterator[ThreadStreamEvent]:
        """What is handed over as it is."""
        match step:
            case {"do": "added", "item": body}:
                self.named[step["as"]] = item = self.item(body)
                yield ThreadItemAddedEvent(item=item)
            case {"do": "updated", "update": update}:
                yield ThreadItemUpdatedEvent(item_id=self.id(step), update=UPDATE.validate_python(update))
            case {"do": "done", "item": body}:
                item = self.item(body, self.named.get(step.get("as", "")))
                if "as" in step:
                    self.named[step["as"]] = item
                yield ThreadItemDoneEvent(item=item)
            case {"do": "removed"}:
                yield ThreadItemRemovedEvent(item_id=self.id(step))
            case {"do": "replaced", "item": body}:
                yield ThreadItemReplacedEvent(item=self.item(body).model_copy(update={"id": self.id(step)}))
            case {"do": "messages", "count": count}:
                for n in range(count):
                    body = {"type": "user_message", "content": [{"type": "input_text", "text": f"Message {n}"}], "inference_options": {}}
                    yield ThreadItemDoneEvent(item=self.item(body))
            case {"do": "progress", **rest}:
                yield ProgressUpdateEvent(**rest)
            case {"do": "effect", **rest}:
                yield ClientEffectEvent(**rest)
            case {"do": "notice", **rest}:
                yield NoticeEvent(**rest)
            case {"do": "thread", **rest}:
                # Seen by the SDK behind the next event, or at the end.
                thread = self.thread
                thread.title = rest.get("title", thread.title)
                thread.allowed_image_domains = rest.get("allowed_image_domains", thread.allowed_image_domains)
                thread.metadata = {**thread.metadata, **rest.get("metadata", {})}
                if "status" in rest:
                    thread.status = STATUS.validate_python(rest["status"])
            case {"do": "error", "kind": "unexpected"}:
                raise RuntimeError("script: unexpected")
            case {"do": "error", "kind": "stream"}:
                raise StreamError(ErrorCode.STREAM_ERROR, allow_retry=step.get("allow_retry"))
            case {"do": "error", "kind": "custom", "message": message}:
                raise CustomStreamError(message, allow_retry=step.get("allow_retry", False))
            case {"do": "pause", "gate": gate}:
                await self.gates.gate(gate).acquire()
            case _:
                raise ValueError(f"no such step: {step}")

    async def input(self) -> str:
        items = await all_items(self.store, self.thread, self.person)
        message = next((item for item in reversed(items) if isinstance(item, UserMessageItem)), None)
        if message is None:
            return "null"
        return compact(
            {
                "rest": [part.model_dump(exclude_none=True) for part in message.content[1:]],
                "quoted_text": message.quoted_text,
                "inference_options": message.inference_options.model_dump(exclude_none=True),
                "attachments": [[a.name, a.mime_type, a.thread_id] for a in message.attachments],
            }
        )


def reasoning(thoughts: list[list[str]]):
    """The Responses API's events of a reasoning item, one summary part a thought."""
    id = "rs_1"
    yield raw("response.output_item.added", item=SimpleNamespace(type="reasoning", id=id))
    for n, thought in enumerate(thoughts):
        for delta in thought:
            yield raw("response.reasoning_summary_text.delta", item_id=id, summary_index=n, delta=delta)
        yield raw("response.reasoning_summary_text.done", item_id=id, summary_index=n, text="".join(thought))


def said(item: Any) -> Any:
    """What an item says, as far as both servers can tell it alike."""
    match item:
        case AssistantMessageItem():
            return "".join(part.text for part in item.content)
        case SDKHiddenContextItem() | HiddenContextItem():
            return item.content
        case ClientToolCallItem():
            return [item.status, item.output]
        case StructuredInputItem():
            return item.status
    return None
