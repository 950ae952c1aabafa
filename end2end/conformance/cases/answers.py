"""Answers: every event, every update and every kind of item."""

from cases import case
from client import Kit, user_input

URL = {"type": "url", "title": "Kaam", "url": "https://example.com/kaam", "description": "A page", "timestamp": "2026-11-01", "group": "Pages", "attribution": "Example"}
FILE = {"type": "file", "title": "Bill", "filename": "bill.pdf", "description": "Of electricity", "timestamp": "2026-11-02", "group": "Files"}
ENTITY = {
    "type": "entity",
    "id": "tsk_1",
    "title": "Pay the bill",
    "icon": "check-circle",
    "label": "Task",
    "inline_label": "Pay",
    "interactive": True,
    "data": {"priority": 1, "tags": ["home", "money"], "nested": {"a": None}},
    "description": "Due today",
    "timestamp": "2026-11-03",
    "group": "Tasks",
}
PLAIN_ENTITY = {"type": "entity", "id": "tsk_2", "title": "Other", "interactive": False, "data": {}}


def note(text: str) -> dict:
    return {"do": "text", "deltas": [text]}


@case("a message makes a thread and is answered in words")
def create(kit: Kit) -> None:
    answer = kit.create([{"do": "text", "deltas": ["Hel", "lo", ", ", "world"]}])
    assert [event["type"] for event in answer.events[:3]] == ["thread.created", "thread.item.done", "stream_options"]
    assert answer.item("assistant_message")["content"][0]["text"] == "Hello, world"
    assert answer.first("stream_options")["stream_options"] == {"allow_cancel": True}
    kit.look(answer.thread)


@case("a message without a script is answered with nothing")
def nothing(kit: Kit) -> None:
    answer = kit.create("Hello, world!", input={"quoted_text": "Quoted text"})
    assert answer.item("user_message")["quoted_text"] == "Quoted text"
    assert "title" not in answer.first("thread.created")["thread"]
    kit.look(answer.thread)


@case("a second message goes on in the same thread")
def second(kit: Kit) -> None:
    thread = kit.create([note("one")]).thread
    answer = kit.add(thread, [{"do": "history"}, note("two")])
    assert answer.events[0]["type"] == "thread.item.done"
    kit.look(thread)


@case("several answers in one stream")
def several(kit: Kit) -> None:
    answer = kit.create([note("one"), note("two"), note("three")])
    ids = {event["item"]["id"] for event in answer.events if event["type"] == "thread.item.done"}
    assert len(ids) == 4, "every item has an id of its own"
    kit.look(answer.thread)


@case("annotations of all three sources")
def annotations(kit: Kit) -> None:
    found = [{"source": URL, "index": 3}, {"source": FILE, "index": 0}, {"source": ENTITY}, {"source": PLAIN_ENTITY, "index": 9}]
    low = [
        {"do": "added", "as": "a", "item": {"type": "assistant_message", "content": []}},
        {"do": "updated", "as": "a", "update": {"type": "assistant_message.content_part.added", "content_index": 0, "content": {"text": ""}}},
        *(
            {
                "do": "updated",
                "as": "a",
                "update": {
                    "type": "assistant_message.content_part.annotation_added",
                    "content_index": 0,
                    "annotation_index": n,
                    "annotation": {"type": "annotation", **annotation},
                },
            }
            for n, annotation in enumerate(found)
        ),
        {
            "do": "done",
            "as": "a",
            "item": {
                "type": "assistant_message",
                "content": [{"type": "output_text", "text": "Four", "annotations": [{"type": "annotation", **one} for one in found]}],
            },
        },
    ]
    answer = kit.create(low)
    assert len(answer.item("assistant_message")["content"][0]["annotations"]) == 4
    kit.look(answer.thread)


@case("answers of several parts")
def parts(kit: Kit) -> None:
    def update(type: str, n: int, **fields) -> dict:
        return {"do": "updated", "as": "a", "update": {"type": f"assistant_message.content_part.{type}", "content_index": n, **fields}}

    def part(text: str) -> dict:
        return {"type": "output_text", "text": text, "annotations": []}

    answer = kit.create(
        [
            {"do": "added", "as": "a", "item": {"type": "assistant_message", "content": []}},
            update("added", 0, content=part("")),
            update("text_delta", 0, delta="one"),
            update("done", 0, content=part("one")),
            update("added", 1, content=part("")),
            update("text_delta", 1, delta="two"),
            update("done", 1, content=part("two")),
            {"do": "done", "as": "a", "item": {"type": "assistant_message", "content": [part("one"), part("two")]}},
        ]
    )
    kit.look(answer.thread)


@case("a workflow of our own steps, with a summary")
def workflow(kit: Kit) -> None:
    def task(title: str, status: str) -> dict:
        return {"type": "custom", "title": title, "status_indicator": status}

    answer = kit.create(
        [
            {"do": "workflow", "kind": "custom"},
            {"do": "task_added", "task": task("Looking", "loading")},
            {"do": "task_updated", "index": 0, "task": task("Looked", "complete")},
            {"do": "task_added", "task": {**task("Writing", "loading"), "icon": "write", "content": "**Much**"}},
            {"do": "task_updated", "index": 1, "task": task("Written", "complete")},
            {"do": "end_workflow", "summary": {"title": "Two steps", "icon": "check"}, "expanded": True},
            note("Done."),
        ]
    )
    assert [task["title"] for task in answer.item("workflow")["workflow"]["tasks"]] == ["Looked", "Written"]
    kit.look(answer.thread)


@case("a workflow ends by itself when an answer begins")
def workflow_ends(kit: Kit) -> None:
    answer = kit.create([{"do": "task_added", "task": {"type": "custom", "title": "Looking"}}, note("Done.")])
    assert answer.item("workflow")["workflow"]["summary"].keys() == {"duration"}
    kit.look(answer.thread)


@case("a workflow that begins with its steps")
def workflow_with_tasks(kit: Kit) -> None:
    tasks = [{"type": "custom", "title": "One"}, {"type": "custom", "title": "Two"}]
    answer = kit.create([{"do": "workflow", "kind": "custom", "tasks": tasks}, {"do": "end_workflow"}])
    kit.look(answer.thread)


@case("a task of a workflow is not doubled when the workflow is done")
def workflow_not_doubled(kit: Kit) -> None:
    # `test_workflow_task_not_duplicated_on_done_event` of the SDK.
    task = {"type": "custom", "title": "foo", "content": "bar"}
    answer = kit.create(
        [
            {"do": "added", "as": "w", "item": {"type": "workflow", "workflow": {"type": "custom", "tasks": []}}},
            {"do": "updated", "as": "w", "update": {"type": "workflow.task.added", "task_index": 0, "task": task}},
            {"do": "done", "as": "w", "item": {"type": "workflow", "workflow": {"type": "custom", "tasks": [task]}}},
        ]
    )
    assert len(answer.item("workflow")["workflow"]["tasks"]) == 1
    kit.look(answer.thread)


@case("all five kinds of task, in a workflow and by themselves")
def tasks(kit: Kit) -> None:
    kinds = [
        {"type": "custom", "title": "Custom", "icon": "sparkle", "content": "Content"},
        {"type": "custom"},
        {"type": "web_search", "title": "Search", "title_query": "kaam", "queries": ["a", "b"], "sources": [URL], "status_indicator": "loading"},
        {"type": "web_search"},
        {"type": "thought", "title": "Thought", "content": "Hm"},
        {"type": "file", "title": "Files", "sources": [FILE], "status_indicator": "complete"},
        {"type": "file"},
        {"type": "image", "title": "Picture"},
        {"type": "image"},
    ]
    steps: list[dict] = [{"do": "workflow", "kind": "custom"}]
    steps += [{"do": "task_added", "task": kind} for kind in kinds]
    steps += [{"do": "end_workflow", "summary": {"title": "All"}}]
    steps += [{"do": "done", "item": {"type": "task", "task": kind}} for kind in kinds]
    answer = kit.create(steps)
    assert len(answer.item("workflow")["workflow"]["tasks"]) == len(kinds)
    kit.look(answer.thread)


@case("a model's thoughts: the first streams, the others come whole")
def reasoning(kit: Kit) -> None:
    answer = kit.create([{"do": "reasoning", "thoughts": [["Think", "ing ", "1"], ["Thinking ", "2"], ["Thinking 3"]]}, note("So.")])
    assert [task["content"] for task in answer.item("workflow")["workflow"]["tasks"]] == ["Thinking 1", "Thinking 2", "Thinking 3"]
    kit.look(answer.thread)


@case("a picture that is drawn in steps")
def image(kit: Kit) -> None:
    urls = [f"https://example.com/{n}.png" for n in range(4)]
    answer = kit.create([{"do": "image", "id": "img_1", "frames": urls[:3], "of": 3, "url": urls[3]}])
    assert answer.item("generated_image")["image"] == {"id": "img_1", "url": urls[3]}
    kit.look(answer.thread)


@case("a picture that comes at once, and one that never comes")
def images(kit: Kit) -> None:
    answer = kit.create(
        [
            {"do": "image", "id": "img_1", "frames": [], "url": "data:image/png;base64,AAAA"},
            {"do": "image", "id": "img_2", "frames": ["data:image/png;base64,BBBB"], "url": "data:image/png;base64,CCCC"},
            {"do": "done", "item": {"type": "generated_image"}},
        ]
    )
    kit.look(answer.thread)


@case("progress, client effects and notices are told and not stored")
def passing(kit: Kit) -> None:
    answer = kit.create(
        [
            {"do": "progress", "text": "Looking"},
            {"do": "progress", "text": "Still looking", "icon": "search"},
            {"do": "effect", "name": "tasks.changed"},
            {"do": "effect", "name": "task.open", "data": {"id": "tsk_1", "deep": {"list": [1, 2.5, None, True]}}},
            {"do": "notice", "level": "info", "message": "**Good** to know"},
            {"do": "notice", "level": "warning", "message": "Take care", "title": "Careful"},
            {"do": "notice", "level": "danger", "message": "Lost"},
            note("Done."),
        ]
    )
    kit.look(answer.thread)
    assert len(kit.history(answer.thread).item("assistant_message")["content"][0]["text"]) > 0


@case("the end of a turn")
def end_of_turn(kit: Kit) -> None:
    answer = kit.create([note("Done."), {"do": "done", "item": {"type": "end_of_turn"}}])
    kit.look(answer.thread)


@case("hidden items are stored and never seen")
def hidden(kit: Kit) -> None:
    answer = kit.create(
        [
            {"do": "done", "item": {"type": "hidden_context_item", "content": {"any": ["thing", 1, None]}}},
            note("Seen."),
            {"do": "done", "item": {"type": "hidden_context_item", "content": "words"}},
            {"do": "done", "item": {"type": "sdk_hidden_context", "content": "a note"}},
        ]
    )
    assert {event["item"]["type"] for event in answer.events if "item" in event} == {"user_message", "assistant_message"}
    kit.look(answer.thread)
    kit.history(answer.thread)


@case("the thread's title is changed at the end of an answer")
def title_at_the_end(kit: Kit) -> None:
    answer = kit.create([note("Done."), {"do": "thread", "title": "Updated title"}])
    assert answer.events[-1]["type"] == "thread.updated" and answer.events[-1]["thread"]["title"] == "Updated title"
    assert "allowed_image_domains" not in answer.events[-1]["thread"]
    kit.look(answer.thread)
    kit.request("threads.list", {"limit": 1})


@case("the thread's title is changed in the middle of an answer")
def title_in_the_middle(kit: Kit) -> None:
    def whole(text: str) -> dict:
        return {"do": "done", "item": {"type": "assistant_message", "content": [{"type": "output_text", "text": text, "annotations": []}]}}

    answer = kit.create([whole("A"), {"do": "thread", "title": "Mid-stream title"}, whole("B"), whole("C")])
    assert [event["type"] for event in answer.events[-3:]] == ["thread.item.done", "thread.updated", "thread.item.done"]
    kit.look(answer.thread)


@case("the thread's own metadata never leaves")
def metadata(kit: Kit) -> None:
    answer = kit.create([note("Done."), {"do": "thread", "metadata": {"test_key": "test_value"}}])
    assert answer.events[-1]["thread"]["metadata"] == {}
    kit.look(answer.thread)


@case("a thread is locked, closed and opened by an answer")
def status(kit: Kit) -> None:
    for state in [{"type": "locked", "reason": "Because"}, {"type": "locked"}, {"type": "closed", "reason": "Over"}, {"type": "closed"}]:
        answer = kit.create([note("Done."), {"do": "thread", "status": state}])
        assert answer.events[-1]["thread"]["status"] == state
        kit.look(answer.thread)
    answer = kit.create([note("Done."), {"do": "thread", "status": {"type": "locked"}}, note("."), {"do": "thread", "status": {"type": "active"}}])
    assert answer.events[-1]["thread"]["status"] == {"type": "active"}


@case("the domains of pictures are told and kept")
def domains(kit: Kit) -> None:
    wanted = ["example.com", "images.example.com"]
    answer = kit.create([note("Done."), {"do": "thread", "allowed_image_domains": wanted}])
    assert answer.events[-1]["thread"]["allowed_image_domains"] == wanted
    kit.look(answer.thread)
    assert kit.transcript[-2].body["allowed_image_domains"] == wanted


@case("failures: unexpected, of a kind, and in words")
def failures(kit: Kit) -> None:
    for step in [
        {"kind": "unexpected"},
        {"kind": "stream"},
        {"kind": "stream", "allow_retry": False},
        {"kind": "custom", "message": "That does not work."},
        {"kind": "custom", "message": "یہ نہیں ہو سکتا۔", "allow_retry": True},
    ]:
        answer = kit.create([note("Begun."), {"do": "error", **step}])
        assert answer.events[-1]["type"] == "error" and answer.end == "whole"
        kit.look(answer.thread)


@case("a failure in the middle of an answer")
def failure_in_the_middle(kit: Kit) -> None:
    answer = kit.create(
        [
            {"do": "added", "as": "a", "item": {"type": "assistant_message", "content": [{"text": "Half"}]}},
            {"do": "error", "kind": "unexpected"},
        ]
    )
    assert answer.events[-1] == {"type": "error", "code": "stream.error", "allow_retry": True}
    kit.look(answer.thread)
    kit.history(answer.thread)


@case("an item is removed by an answer, now and later")
def removed(kit: Kit) -> None:
    answer = kit.create([{"do": "messages", "count": 1}, {"do": "done", "as": "m", "item": {"type": "end_of_turn"}}, {"do": "removed", "as": "m"}])
    assert answer.events[-1]["type"] == "thread.item.removed"
    kit.look(answer.thread)
    message = answer.item("user_message", 1)["id"]
    kit.add(answer.thread, [{"do": "removed", "id": message}, note("Gone.")])
    kit.look(answer.thread)
    assert all(item["id"] != message for item in kit.transcript[-1].body["data"])


@case("an item is replaced by one of another kind")
def replaced(kit: Kit) -> None:
    words = {"type": "assistant_message", "content": [{"type": "output_text", "text": "This is the replacement", "annotations": []}]}
    widget = {"type": "widget", "widget": {"type": "Card", "children": [{"type": "Text", "value": "New"}]}}
    answer = kit.create(
        [
            {"do": "done", "as": "m", "item": {"type": "user_message", "content": [{"type": "input_text", "text": "Original"}], "inference_options": {}}},
            note("Between."),
            {"do": "replaced", "as": "m", "item": words},
        ]
    )
    kit.look(answer.thread)
    kit.add(answer.thread, [{"do": "replaced", "id": answer.first("thread.item.replaced")["item"]["id"], "item": widget}])
    kit.look(answer.thread)


@case("quoted text, tags, tool and model reach the responder and come back")
def input_fields(kit: Kit) -> None:
    content = [
        {"type": "input_text", "text": '[{"do": "input"}]'},
        {"type": "input_tag", "id": "tsk_1", "text": "Pay", "data": {"id": 1, "nested": {"a": [None]}}, "group": "Tasks", "interactive": True},
        {"type": "input_tag", "id": "tsk_2", "text": "بل", "data": {}},
        {"type": "input_text", "text": " and then?"},
    ]
    options = {"tool_choice": {"id": "search"}, "model": "large"}
    input = {"content": content, "quoted_text": "What you\nsaid «earlier»", "inference_options": options}
    answer = kit.create([], input=input)
    assert answer.item("user_message")["inference_options"] == options
    said = answer.item("assistant_message")["content"][0]["text"]
    assert '"model":"large"' in said and '"interactive":true' in said and "earlier" in said
    kit.look(answer.thread)


@case("Urdu, emoji and right-to-left marks, whole and in pieces")
def urdu(kit: Kit) -> None:
    text = "کل صبح دودھ لانا یاد دلائیں 🥛👨‍👩‍👧 — \u200fپھر \u200eOK\u200f؟ é e\u0301 ﷽ 𝟘"
    answer = kit.create([{"do": "text", "deltas": list(text)}], input={"quoted_text": text})
    assert answer.item("assistant_message")["content"][0]["text"] == text
    kit.look(answer.thread)
    kit.request("threads.update", {"thread_id": answer.thread, "title": "کام کی فہرست 🥛"})


@case("a request that arrives in pieces, cut between the bytes of a letter")
def pieces(kit: Kit) -> None:
    import json

    body = {"type": "threads.create", "params": {"input": user_input("دودھ لاؤ 🥛")}}
    whole = json.dumps(body, ensure_ascii=False).encode()
    answer = kit.send((whole[n : n + 7] for n in range(0, len(whole), 7)), shown=body)
    assert answer.item("user_message")["content"][0]["text"] == "دودھ لاؤ 🥛"


@case("a long message and a long answer")
def long(kit: Kit) -> None:
    word = "کام کرنا ہے۔ "
    answer = kit.create((word * 2500).strip())
    assert len(answer.item("user_message")["content"][0]["text"]) == len(word) * 2500 - 1
    answer = kit.create([{"do": "text", "deltas": [word * 80] * 30}])
    assert len(answer.item("assistant_message")["content"][0]["text"]) == len(word) * 2400
    kit.look(answer.thread)


@case("a stream of a thousand pieces arrives whole and in order")
def many(kit: Kit) -> None:
    answer = kit.create([{"do": "text", "deltas": [f"{n} " for n in range(1000)]}])
    assert answer.item("assistant_message")["content"][0]["text"] == "".join(f"{n} " for n in range(1000))
