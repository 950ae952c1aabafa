"""The client goes away in the middle of an answer: that means stop."""

from cases import case
from cases.answers import note
from client import Kit


def begun(*steps: dict) -> list[dict]:
    return [*steps, {"do": "pause", "gate": "GATE"}, note("Nobody reads this.")]


def leave(kit: Kit, steps: list[dict], at: str) -> str:
    """Sends a message and goes away at the first event (or update) of a type. Gives the thread, when the server has seen it."""
    thread = kit.create([note("Before.")]).thread
    steps = [{**step, "gate": kit.gate("never")} if step.get("gate") == "GATE" else step for step in steps]
    answer = kit.add(thread, steps, leave=lambda event: at in (event["type"], event.get("update", {}).get("type")))
    assert answer.end == "left"
    kit.wait_for_stored(thread, "sdk_hidden_context")
    kit.look(thread)
    kit.history(thread)
    said = kit.transcript[-1].item("assistant_message")["content"][0]["text"]
    assert "The user cancelled the stream. Stop responding to the prior request." in said and "Nobody" not in said.split("sdk_hidden")[0][-40:]
    return said


def half(*texts: str) -> list[dict]:
    added = {"do": "added", "as": "a", "item": {"type": "assistant_message", "content": [{"text": texts[0], "annotations": []}]}}
    deltas = [
        {"do": "updated", "as": "a", "update": {"type": "assistant_message.content_part.text_delta", "content_index": 0, "delta": delta}}
        for delta in texts[1:]
    ]
    return [added, *deltas, {"do": "progress", "text": "last"}]


@case("cancel: what there is of an answer is kept, and a hidden note")
def partial(kit: Kit) -> None:
    said = leave(kit, begun(*half("Hello, ", "Wor", "ld!")), "progress_update")
    assert '["assistant_message","Hello, World!"],["sdk_hidden_context"' in said


@case("cancel: an empty answer is not kept, the note is")
def empty(kit: Kit) -> None:
    assert '["assistant_message",""]' not in leave(kit, begun(*half("")), "progress_update")


@case("cancel: an answer of nothing but spaces is not kept")
def blank(kit: Kit) -> None:
    leave(kit, begun(*half(" ", "\n\t")), "progress_update")


@case("cancel: before the answer has begun")
def before(kit: Kit) -> None:
    leave(kit, begun(), "stream_options")


@case("cancel: whole items stay, half a workflow or widget does not")
def others(kit: Kit) -> None:
    task = {"type": "custom", "title": "Step"}
    steps = [
        note("Whole."),
        {"do": "added", "as": "w", "item": {"type": "widget", "widget": {"type": "Card", "children": []}}},
        {"do": "added", "as": "f", "item": {"type": "workflow", "workflow": {"type": "custom", "tasks": []}}},
        {"do": "updated", "as": "f", "update": {"type": "workflow.task.added", "task_index": 0, "task": task}},
        {"do": "updated", "as": "f", "update": {"type": "workflow.task.updated", "task_index": 0, "task": {**task, "status_indicator": "complete"}}},
        {"do": "added", "as": "i", "item": {"type": "generated_image"}},
        *half("Half"),
    ]
    said = leave(kit, begun(*steps), "progress_update")
    assert "widget" not in said and "workflow" not in said


@case("cancel: parts, annotations and a second answer that are half done are kept as they are")
def parts(kit: Kit) -> None:
    source = {"type": "file", "title": "Bill", "filename": "bill.pdf"}

    def update(name: str, type: str, n: int, **fields) -> dict:
        return {"do": "updated", "as": name, "update": {"type": f"assistant_message.content_part.{type}", "content_index": n, **fields}}

    steps = [
        {"do": "added", "as": "a", "item": {"type": "assistant_message", "content": []}},
        update("a", "text_delta", 1, delta="in the second part"),
        update("a", "annotation_added", 0, annotation_index=5, annotation={"source": source}),
        update("a", "annotation_added", 0, annotation_index=0, annotation={"source": {**source, "title": "First"}}),
        {"do": "added", "as": "b", "item": {"type": "assistant_message", "content": []}},
        update("b", "added", 0, content={"text": "be"}),
        update("b", "text_delta", 0, delta="gun"),
        update("b", "done", 0, content={"text": "begun, done"}),
        {"do": "progress", "text": "last"},
    ]
    leave(kit, begun(*steps), "progress_update")


@case("cancel: an item that was removed or replaced is not kept twice")
def removed(kit: Kit) -> None:
    words = {"type": "assistant_message", "content": [{"type": "output_text", "text": "Replaced", "annotations": []}]}
    steps = [
        {"do": "added", "as": "a", "item": {"type": "assistant_message", "content": [{"text": "Gone"}]}},
        {"do": "removed", "as": "a"},
        {"do": "done", "as": "b", "item": {"type": "end_of_turn"}},
        {"do": "replaced", "as": "b", "item": words},
        {"do": "progress", "text": "last"},
    ]
    said = leave(kit, begun(*steps), "progress_update")
    assert "Gone" not in said and said.count("Replaced") == 1


@case("cancel: the stream of an action, of a form and of a tool's output")
def other_streams(kit: Kit) -> None:
    steps = [*half("Half"), {"do": "pause", "gate": kit.gate("never")}]
    made = kit.create([note("Before.")])
    at = lambda event: event["type"] == "progress_update"  # noqa: E731
    kit.action(made.thread, None, steps, leave=at)
    kit.wait_for_stored(made.thread, "sdk_hidden_context")
    kit.look(made.thread)
    made = kit.create([{"do": "client_tool", "call_id": "c", "name": "x", "arguments": {}}], then=[steps])
    kit.request("threads.add_client_tool_output", {"thread_id": made.thread, "result": 1}, leave=at)
    kit.wait_for_stored(made.thread, "sdk_hidden_context")
    kit.look(made.thread)
    made = kit.create([{"do": "done", "item": {"type": "structured_input", "inputs": []}}], then=[steps])
    kit.request("threads.add_structured_input", {"thread_id": made.thread, "item_id": made.item("structured_input")["id"], "input": {}}, leave=at)
    kit.wait_for_stored(made.thread, "sdk_hidden_context")
    kit.look(made.thread)


@case("an answer that waits is read while it is written, and goes on")
def waits(kit: Kit) -> None:
    steps = [note("Begun."), {"do": "pause", "gate": kit.gate("go")}, note("Gone on.")]
    answer = kit.create(steps, leave=lambda event: event["type"] == "stream_options", while_open=lambda: kit.open_gate("go"))
    assert answer.end == "whole" and answer.item("assistant_message", 1)["content"][0]["text"] == "Gone on."
    kit.look(answer.thread)


@case("one answer at a time in a thread")
def one_at_a_time(kit: Kit) -> None:
    thread = kit.create([note("Before.")]).thread

    def meanwhile() -> None:
        kit.add(thread, [note("Too early.")], deviation="one-answer-at-a-time")
        kit.open_gate("busy")

    answer = kit.add(
        thread,
        [{"do": "pause", "gate": kit.gate("busy")}, note("Done.")],
        leave=lambda event: event["type"] == "stream_options",
        while_open=meanwhile,
    )
    assert answer.end == "whole"
