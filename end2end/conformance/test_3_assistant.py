"""What the real assistant says goes through the SDK's types as well: the built-in one, which needs no key."""

import pytest
from client import Exchange, Kit, Server

import official


class Talk(Kit):
    """A conversation of which nothing may be strange to the SDK."""

    def say(self, text: str, thread: str | None = None, **more) -> Exchange:
        return self.create(text, **more) if thread is None else self.add(thread, text, **more)

    def check(self) -> None:
        problems = [f"exchange {n}, {problem}" for n, one in enumerate(self.transcript) for problem in official.check(one)]
        problems += official.as_told(self.transcript)
        assert not problems, "\n" + "\n".join(problems)
        assert all(exchange.status == 200 and exchange.end == "whole" for exchange in self.transcript), [one.body for one in self.transcript]


@pytest.fixture
def talk(assistant: Server):
    talk = Talk(assistant)
    yield talk
    talk.check()


def answer(exchange: Exchange) -> str:
    return exchange.item("assistant_message")["content"][0]["text"]


@pytest.mark.parametrize("text", ["add milk", "doodh lana hai kal subah 9 baje", "کل بل جمع کروانا یاد دلائیں", "show my tasks", "hello", "mere kaam dikhao"])
def test_messages_in_three_languages(talk: Talk, text: str) -> None:
    said = talk.say(text, headers={"accept-language": "ur,en;q=0.5"})
    assert answer(said)
    talk.look(said.thread)
    talk.request("threads.list", {})


def test_a_task_is_added_shown_and_completed_in_one_thread(talk: Talk) -> None:
    said = talk.say("add buy bread tomorrow at 5pm")
    assert "bread" in answer(said)
    shown = talk.say("show my tasks", said.thread)
    # What the list shows is not read out again.
    assert "bread" in str(shown.item("widget")) and "task" in answer(shown)
    done = talk.say("complete buy bread", said.thread)
    assert "bread" in answer(done) and done.first("client_effect")["name"] == "tasks.changed"
    talk.look(said.thread)


def test_two_tasks_fit_and_the_form_decides(talk: Talk) -> None:
    for title in ["pay school fees", "pay house rent"]:
        talk.say(f"add {title}")
    asked = talk.say("complete pay")
    form = asked.item("structured_input")
    talk.look(asked.thread)
    question = form["inputs"][0]
    choice = next(option["value"] for option in question["options"] if "rent" in option["value"])
    submission = {"status": "answered", "answers": {question["id"]: {"values": [choice]}}}
    params = {"thread_id": asked.thread, "item_id": form["id"], "input": submission}
    done = talk.request("threads.add_structured_input", params)
    assert done.first("thread.item.replaced")["item"]["inputs"][0]["answer"]["values"] == [choice]
    assert "rent" in answer(done)
    talk.look(asked.thread)
    # Skipping another one changes nothing.
    for title in ["call Ali", "call Sara"]:
        talk.say(f"add {title}")
    asked = talk.say("delete call")
    params = {"thread_id": asked.thread, "item_id": asked.item("structured_input")["id"], "input": {"status": "skipped"}}
    skipped = talk.request("threads.add_structured_input", params)
    assert not [event for event in skipped.events if event["type"] == "client_effect"]
    talk.look(asked.thread)


def actions(widget: object) -> list[dict]:
    """All actions of the server that a widget offers."""
    found = []
    if isinstance(widget, dict):
        for name, value in widget.items():
            if name.startswith("on") and name.endswith("Action") and value.get("handler") == "server":
                found.append(value)
            else:
                found += actions(value)
    elif isinstance(widget, list):
        found = [one for value in widget for one in actions(value)]
    return found


def test_the_actions_of_a_task_list(talk: Talk) -> None:
    said = talk.say("add water the plants tomorrow")
    item = said.item("widget")
    offered = {action["type"]: action for action in actions(item["widget"])}
    assert len(offered) >= 2, offered
    for type, action in offered.items():
        values = {"done": True, "due": "2026-12-24", "value": True}
        params = {"thread_id": said.thread, "item_id": item["id"], "action": {"type": type, "payload": {**action["payload"], **values}}}
        changed = talk.request("threads.sync_custom_action", params)
        assert changed.body["updated_item"]["id"] == item["id"], changed.body
        talk.look(said.thread)


def test_answering_anew_and_feedback(talk: Talk) -> None:
    said = talk.say("show my tasks")
    ids = [event["item"]["id"] for event in said.events if event["type"] == "thread.item.done"]
    assert talk.request("items.feedback", {"thread_id": said.thread, "item_ids": ids[-1:], "kind": "positive"}).body == {}
    again = talk.request("threads.retry_after_item", {"thread_id": said.thread, "item_id": ids[0]})
    assert answer(again)
    talk.look(said.thread)


def test_quoted_text_and_tags(talk: Talk) -> None:
    made = talk.say("add iron the shirts")
    task = next(one["payload"]["task_id"] for one in actions(made.item("widget")["widget"]) if "task_id" in one["payload"])
    content = [{"type": "input_text", "text": "complete "}, {"type": "input_tag", "id": task, "text": "iron the shirts", "data": {"type": "task"}}]
    said = talk.create([], input={"content": content, "quoted_text": "Added **iron the shirts**."})
    assert answer(said)
    talk.look(said.thread)


def exchange(*events: dict, body: object = None, type: str = "threads.create") -> Exchange:
    import json

    texts = [json.dumps(event) for event in events] or [json.dumps(body)]
    return Exchange(["one", {"type": type}], 200, "text/event-stream", body, list(events) or None, "whole", None, texts)


ITEM = {"id": "itm_1", "thread_id": "thr_1", "created_at": "2026-11-25T08:00:00.120Z"}


def widget(*children: dict, **fields) -> Exchange:
    return exchange({"type": "thread.item.done", "item": {**ITEM, "type": "widget", "widget": {"type": "Card", "children": list(children), **fields}}})


@pytest.mark.parametrize(
    "wrong",
    [
        exchange({"type": "progress_update"}),
        exchange({"type": "progress_update", "text": "x", "more": 1}),
        exchange({"type": "progress_update", "text": "x", "icon": None}),
        exchange({"type": "thread.item.done", "item": {**ITEM, "type": "end_of_turn", "metadata": {}}}),
        exchange({"type": "thread.item.done", "item": {**ITEM, "type": "end_of_turn", "created_at": "2026-11-25T08:00:00"}}),
        exchange({"type": "thread.item.done", "item": {**ITEM, "type": "task", "task": {"type": "custom"}}}),
        exchange(*({"type": kind, "item": {**ITEM, "type": "end_of_turn", "created_at": f"2026-11-25T08:00:0{n}Z"}} for n, kind in enumerate(["thread.item.added", "thread.item.done"]))),
        exchange(body={"data": [], "has_more": False, "after": None}, type="threads.list"),
        exchange(body={"ok": True}, type="threads.delete"),
        widget({"type": "Text"}),
        widget({"type": "Text", "value": "x", "wrong": 1}),
        widget({"type": "Title", "value": "x", "size": "huge"}),
        widget({"type": "Badge", "label": "x", "color": "mauve"}),
        widget({"type": "Icon", "name": "no-such-icon"}),
        widget({"type": "Col", "children": [{"type": "Checkbox", "label": "no name"}]}),
        widget({"type": "Button", "onClickAction": {"type": "x"}}),
        widget({"type": "Marquee", "value": "x"}),
        widget({"type": "Transition", "children": {"type": "Text", "valu": "x"}}),
        widget(size="immense"),
    ],
)
def test_what_the_sdk_would_not_say_is_found(wrong: Exchange) -> None:
    assert official.check(wrong) != []


def test_what_the_sdk_would_say_is_fine() -> None:
    right = widget({"type": "Text", "value": "x"}, {"type": "Transition", "children": {"type": "Text", "value": "x"}})
    assert official.check(right) == []
