"""Turns that the client goes on with: tools of its own, forms, actions of widgets."""

from cases import case
from cases.answers import note
from cases.widgets import card
from client import Kit

CALL = {"do": "client_tool", "call_id": "call_1", "name": "get_page_context", "arguments": {"arg1": "val1", "arg2": False, "deep": [None]}}


def outputs(kit: Kit, thread: str, result: object, **more):
    return kit.request("threads.add_client_tool_output", {"thread_id": thread, "result": result}, **more)


@case("a tool of the client: call, output, and the answer goes on")
def client_tool(kit: Kit) -> None:
    answer = kit.create([note("Wait."), CALL], then=[[{"do": "history"}, note("Glad the tool call succeeded!")]])
    call = answer.item("client_tool_call")
    assert (call["status"], call["call_id"], call["arguments"]) == ("pending", "call_1", CALL["arguments"])
    again = outputs(kit, answer.thread, {"text": "Wow!"})
    assert [event["type"] for event in again.events[:2]] == ["stream_options", "thread.item.added"]
    kit.look(answer.thread)


@case("outputs of every kind of JSON")
def outputs_of_all_kinds(kit: Kit) -> None:
    for result in [None, True, 0, 2.5, "words", "", [], [1, [None]], {}, {"a": {"b": "ج"}}]:
        answer = kit.create([CALL], then=[[note("Done.")]])
        outputs(kit, answer.thread, result)
        kit.look(answer.thread)


@case("two calls of the client's tools, one after the other")
def two_calls(kit: Kit) -> None:
    answer = kit.create([CALL], then=[[note("One more."), {**CALL, "call_id": "call_2"}], [note("Both.")]])
    outputs(kit, answer.thread, 1)
    outputs(kit, answer.thread, 2)
    kit.look(answer.thread)


@case("a call that was passed over is gone when a later one is answered")
def dangling(kit: Kit) -> None:
    def call(n: int) -> dict:
        return {"do": "done", "item": {"type": "client_tool_call", "call_id": f"call_{n}", "name": "x", "arguments": {}}}

    answer = kit.create([call(1), call(2)], then=[[note("Done.")]])
    outputs(kit, answer.thread, "two")
    kit.look(answer.thread)
    assert [item["type"] for item in kit.transcript[-1].body["data"]].count("client_tool_call") == 1


@case("an output where no call is pending")
def no_call(kit: Kit) -> None:
    answer = kit.create([note("No call.")])
    outputs(kit, answer.thread, 1, deviation="invalid-in-stream")
    answer = kit.create([CALL], then=[[note("Done.")]])
    outputs(kit, answer.thread, 1)
    outputs(kit, answer.thread, 2, deviation="invalid-in-stream")
    answer = kit.create([CALL])
    kit.add(answer.thread, [note("Something else.")])
    outputs(kit, answer.thread, 1, deviation="invalid-in-stream")
    kit.look(answer.thread)


# --- forms -----------------------------------------------------------------------------------------------------------------------------

CHOICE = {"type": "multiple_choice", "id": "subject", "question": "Which subject?", "options": [{"value": "Math"}, {"value": "Science"}]}
SEVERAL = {**CHOICE, "id": "days", "multiple": True}
WORDS = {"type": "freeform", "id": "details", "question": "Anything else?", "description": "In your own words"}
BARE = {"type": "freeform", "id": "more", "question": "اور کچھ؟"}


def form(*questions: dict) -> list[dict]:
    return [note("Tell me."), {"do": "done", "item": {"type": "structured_input", "inputs": list(questions)}}]


def fill(kit: Kit, asked, input: dict, **more):
    params = {"thread_id": asked.thread, "item_id": asked.item("structured_input")["id"], "input": input}
    return kit.request("threads.add_structured_input", params, **more)


def filled(kit: Kit, questions: list[dict], input: dict, status: str = "answered") -> list[dict]:
    """Asks, fills in, and gives the answers that were recorded."""
    asked = kit.create(form(*questions), then=[[{"do": "history"}, note("Thanks, continuing now.")]])
    assert asked.item("structured_input")["status"] == "pending"
    answer = fill(kit, asked, input)
    assert [event["type"] for event in answer.events[:2]] == ["stream_options", "thread.item.replaced"]
    item = answer.events[1]["item"]
    assert item["status"] == status and item["id"] == asked.item("structured_input")["id"]
    kit.look(asked.thread)
    assert kit.transcript[-1].body["data"][2] == item, "stored as it was told"
    return [question["answer"] for question in item["inputs"]]


def values(*words: str) -> dict:
    return {"values": list(words)}


@case("a form: words of one's own are taken, and the answer goes on")
def form_custom(kit: Kit) -> None:
    answers = filled(kit, [CHOICE, WORDS], {"status": "answered", "answers": {"subject": values("Private class"), "details": values("Group work, please.")}})
    assert [answer["values"] for answer in answers] == [["Private class"], ["Group work, please."]]


@case("a form: what is left out is skipped")
def form_omitted(kit: Kit) -> None:
    answers = filled(kit, [CHOICE, WORDS, BARE], {"answers": {"subject": values("Math")}})
    assert [answer["skipped"] for answer in answers] == [False, True, True]


@case("a form: unknown questions are ignored")
def form_unknown(kit: Kit) -> None:
    answers = filled(kit, [WORDS], {"answers": {"details": values("x"), "unknown": values("ignored")}})
    assert answers == [{"values": ["x"], "skipped": False}]


@case("a form: a single choice is cut to its first value, several are kept")
def form_single(kit: Kit) -> None:
    answers = filled(kit, [CHOICE, SEVERAL, WORDS], {"answers": {one: values("Math", "Science", "Art") for one in ["subject", "days", "details"]}})
    assert [len(answer["values"]) for answer in answers] == [1, 3, 3]


@case("a form: skipped questions, and answers without values")
def form_skipped_questions(kit: Kit) -> None:
    answers = filled(kit, [CHOICE, SEVERAL, WORDS], {"answers": {"subject": {"values": ["Math"], "skipped": True}, "days": values(), "details": {}}})
    assert all(answer == {"values": [], "skipped": True} for answer in answers)


@case("a form: skipped as a whole, whatever was filled in")
def form_skipped(kit: Kit) -> None:
    answers = filled(kit, [CHOICE, WORDS], {"status": "skipped", "answers": {"subject": values("Math")}}, status="skipped")
    assert all(answer["skipped"] for answer in answers)
    filled(kit, [CHOICE], {"status": "skipped"}, status="skipped")


@case("a form: an empty submission, and empty words")
def form_empty(kit: Kit) -> None:
    filled(kit, [CHOICE, WORDS], {})
    filled(kit, [CHOICE, WORDS], {"answers": {"subject": values(""), "details": values("", " ")}})


@case("a form is answered once")
def form_twice(kit: Kit) -> None:
    asked = kit.create(form(CHOICE), then=[[note("Thanks.")]])
    fill(kit, asked, {"answers": {"subject": values("Math")}})
    fill(kit, asked, {"answers": {"subject": values("Science")}}, deviation="invalid-in-stream")
    fill(kit, asked, {"status": "skipped"}, deviation="invalid-in-stream")
    kit.look(asked.thread)


@case("a form may be answered later, behind other messages")
def form_later(kit: Kit) -> None:
    asked = kit.create(form(CHOICE))
    kit.add(asked.thread, [note("Something else.")], then=[[note("Back to the form.")]])
    fill(kit, asked, {"answers": {"subject": values("Math")}})
    kit.look(asked.thread)


@case("what is no form cannot be filled in")
def no_form(kit: Kit) -> None:
    answer = kit.create([note("No form.")])
    params = {"thread_id": answer.thread, "input": {}}
    kit.request("threads.add_structured_input", {**params, "item_id": answer.item("assistant_message")["id"]}, deviation="invalid-in-stream")
    for item in ["itm_" + "0" * 32, "nothing"]:
        kit.request("threads.add_structured_input", {**params, "item_id": item}, deviation="not-found-in-stream")


# --- actions ---------------------------------------------------------------------------------------------------------------------------


def shows(kit: Kit):
    return kit.create([{"do": "widget", "states": [card({"type": "Text", "key": "text_1", "value": "test"})], "copy_text": "test"}])


@case("an action of a widget streams a change of the widget")
def action(kit: Kit) -> None:
    made = shows(kit)
    changed = card({"type": "Text", "value": "Email sent!"})
    answer = kit.action(made.thread, made.item("widget")["id"], [{"do": "updated", "as": "sender", "update": {"type": "widget.root.updated", "widget": changed}}])
    assert [event["type"] for event in answer.events] == ["stream_options", "thread.item.updated"]
    assert answer.events[1]["update"]["widget"] == changed
    kit.look(made.thread)


@case("an action replaces its widget, removes it, and answers in words")
def action_replaces(kit: Kit) -> None:
    made = shows(kit)
    widget = made.item("widget")["id"]
    changed = {"type": "widget", "widget": card({"type": "Text", "value": "New"}), "copy_text": "New"}
    kit.action(made.thread, widget, [{"do": "replaced", "as": "sender", "item": changed}, note("Replaced.")])
    kit.look(made.thread)
    kit.action(made.thread, widget, [{"do": "effect", "name": "tasks.changed"}, {"do": "removed", "as": "sender"}])
    kit.look(made.thread)


@case("an action without a widget")
def action_bare(kit: Kit) -> None:
    made = shows(kit)
    kit.action(made.thread, None, [{"do": "history"}, note("From the client itself.")])
    kit.look(made.thread)


@case("an action whose sender is no widget is an error in the stream")
def action_of_no_widget(kit: Kit) -> None:
    made = kit.create([note("Words.")])
    answer = kit.action(made.thread, made.item("assistant_message")["id"], [])
    assert answer.events == [{"type": "error", "code": "stream.error", "allow_retry": False}]
    kit.look(made.thread)


@case("an action that nobody knows, and one that fails")
def action_fails(kit: Kit) -> None:
    made = shows(kit)
    answer = kit.action(made.thread, made.item("widget")["id"], {"user_id": "123"}, type="create_user")
    assert answer.events[-1] == {"type": "error", "code": "stream.error", "allow_retry": True}
    kit.action(made.thread, made.item("widget")["id"], [{"do": "error", "kind": "custom", "message": "No."}])
    kit.look(made.thread)


@case("an action of a widget that is not there")
def action_unknown(kit: Kit) -> None:
    made = shows(kit)
    elsewhere = shows(kit).item("widget")["id"]
    for item in ["itm_" + "0" * 32, "nothing", elsewhere]:
        kit.action(made.thread, item, [], deviation="not-found-in-stream")
        kit.action(made.thread, item, {"do": "nothing"}, sync=True, deviation="not-found")


@case("a sync action gives the widget as it is then")
def sync_action(kit: Kit) -> None:
    made = shows(kit)
    widget = made.item("widget")
    changed = card({"type": "Text", "value": "Email sent!"})
    answer = kit.action(made.thread, widget["id"], {"do": "change", "widget": changed, "copy_text": "sent"}, sync=True).body
    assert answer["updated_item"] == {**widget, "widget": changed, "copy_text": "sent"}
    kit.look(made.thread)
    kit.history(made.thread)


@case("a sync action that changes nothing, with and without a widget")
def sync_nothing(kit: Kit) -> None:
    made = shows(kit)
    assert kit.action(made.thread, made.item("widget")["id"], {"do": "nothing"}, sync=True).body == {}
    assert kit.action(made.thread, None, {"do": "nothing"}, sync=True).body == {}
    kit.look(made.thread)


@case("a sync action that fails, that nobody knows, and whose sender is no widget")
def sync_fails(kit: Kit) -> None:
    made = kit.create([note("Words."), {"do": "widget", "states": [card()]}])
    widget, words = made.item("widget")["id"], made.item("assistant_message")["id"]
    kit.action(made.thread, widget, {"do": "fail"}, sync=True, deviation="invalid")
    kit.action(made.thread, widget, {"a": 1}, type="create_user", sync=True, deviation="invalid")
    kit.action(made.thread, words, {"do": "nothing"}, sync=True, deviation="invalid")
    kit.look(made.thread)


@case("NUL is taken out of outputs, forms, actions and choices, for the database keeps none")
def nul(kit: Kit) -> None:
    nul = "a\0b"
    made = kit.create([CALL], then=[[{"do": "history"}]], record=False)
    told = [outputs(kit, made.thread, {nul: [nul]}, record=False).item("assistant_message")["content"][0]["text"]]
    asked = kit.create(form(WORDS), record=False)
    told += fill(kit, asked, {"answers": {"details": values(nul)}}, record=False).events[1]["item"]["inputs"][0]["answer"]["values"]
    told.append(kit.action(made.thread, None, [{"do": "progress", "text": nul}], record=False).events[-1]["text"])
    options = {"model": nul, "tool_choice": {"id": nul}}
    message = kit.create("x", input={"quoted_text": nul, "inference_options": options}, record=False).item("user_message")
    told += [message["quoted_text"], message["inference_options"]["model"], message["inference_options"]["tool_choice"]["id"]]
    kit.note("what was told, without NUL", [one.replace("\\u0000", "").replace("\0", "") for one in told])
    kit.note("whether there was any", any("\0" in one or "\\u0000" in one for one in told), deviation="nul")
