"""Kaam beside the reference: the same requests, the same answers, and all of it in the SDK's own types."""

from collections.abc import Callable

import pytest
from cases import CASES, Case
from client import Server
from compare import Deviations, compare
from conftest import Shown, play
from normalise import transcript

import official


def test_kaam_answers_as_the_reference_does(case: Case, theirs: Callable[[Case], list], kaam: Server, deviations: Deviations, shown: Shown) -> None:
    shown.cases.add(case.number)
    reference = theirs(case)
    ours = play(case, kaam)
    shown.exchanges += ours
    problems = compare(transcript(reference), transcript(ours), deviations)
    problems += [f"exchange {n}, {problem}" for n, exchange in enumerate(ours) for problem in official.check(exchange)]
    problems += official.as_told(ours)
    assert not problems, "\n" + "\n".join(problems)


OPERATIONS = {
    *("threads.create", "threads.add_user_message", "threads.add_client_tool_output", "threads.add_structured_input"),
    *("threads.retry_after_item", "threads.custom_action", "threads.get_by_id", "threads.list", "threads.update", "threads.delete"),
    *("items.list", "items.feedback", "attachments.create", "attachments.delete", "input.transcribe", "threads.sync_custom_action"),
}
EVENTS = {
    *("thread.created", "thread.updated", "thread.item.added", "thread.item.updated", "thread.item.done", "thread.item.removed"),
    *("thread.item.replaced", "stream_options", "progress_update", "client_effect", "error", "notice"),
}
UPDATES = {
    *(f"assistant_message.content_part.{kind}" for kind in ("added", "text_delta", "annotation_added", "done")),
    *("widget.streaming_text.value_delta", "widget.root.updated", "widget.component.updated"),
    *("workflow.task.added", "workflow.task.updated", "generated_image.updated"),
}
ITEMS = {
    *("user_message", "assistant_message", "client_tool_call", "widget", "generated_image", "structured_input", "workflow", "task", "end_of_turn"),
}
HIDDEN = {"hidden_context_item", "sdk_hidden_context"}
WIDGETS = {
    *("Card", "ListView", "ListViewItem", "Basic", "Box", "Row", "Col", "Form", "Spacer", "Divider", "Transition", "Text", "Title", "Caption"),
    *("Markdown", "Label", "Badge", "Icon", "Image", "Button", "Table", "Table.Row", "Table.Cell", "Chart", "Input", "Textarea", "Select"),
    *("DatePicker", "Checkbox", "RadioGroup"),
}


def types_in(value: object) -> set[str]:
    if isinstance(value, dict):
        own = {value["type"]} if isinstance(value.get("type"), str) else set()
        return own.union(*map(types_in, value.values())) if value else own
    if isinstance(value, list):
        return set().union(*map(types_in, value))
    return set()


def everything_ran(shown: Shown) -> None:
    if shown.cases != {case.number for case in CASES}:
        pytest.skip("only some of the cases ran")


def test_the_cases_show_the_whole_protocol(shown: Shown, kaam: Server) -> None:
    everything_ran(shown)
    asked = {exchange.request[1]["type"] for exchange in shown.exchanges if isinstance(exchange.request[1], dict)}
    assert OPERATIONS - asked == set()
    events = [event for exchange in shown.exchanges for event in exchange.events or []]
    assert EVENTS - {event["type"] for event in events} == set()
    assert UPDATES - {event["update"]["type"] for event in events if "update" in event} == set()
    seen = {event["item"]["type"] for event in events if "item" in event}
    assert ITEMS - seen == set() and seen & HIDDEN == set(), "hidden items never reach a client"
    assert WIDGETS - types_in(events) == set()
    listed = [exchange.body for exchange in shown.exchanges if exchange.events is None]
    assert types_in(listed) & HIDDEN == set()


def test_no_deviation_is_stale(shown: Shown, kaam: Server, deviations: Deviations) -> None:
    everything_ran(shown)
    assert deviations.stale() == [], "these do not happen any more: take them out of deviations.toml"
