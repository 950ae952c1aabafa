"""Requests with something wrong in them, operation by operation."""

import copy
import json

from cases import case
from cases.answers import note
from cases.threads import fresh
from cases.widgets import card
from client import Kit, user_input

DELETE = object()


class World:
    """A thread with something of everything, so that each request would be fine but for its mistake."""

    def __init__(self, kit: Kit) -> None:
        form = {"do": "done", "item": {"type": "structured_input", "inputs": []}}
        call = {"do": "client_tool", "call_id": "c", "name": "x", "arguments": {}}
        self.made = kit.create([note("Words."), {"do": "widget", "states": [card()]}, form, call])
        self.thread = self.made.thread
        self.item = self.made.item("assistant_message")["id"]
        self.widget = self.made.item("widget")["id"]
        self.form = self.made.item("structured_input")["id"]
        self.message = self.made.item("user_message")["id"]


def with_change(params: dict, path: str, value: object) -> dict:
    """The same parameters, but for one place."""
    params = copy.deepcopy(params)
    *way, last = path.split(".")
    place = params
    for name in way:
        place = place[int(name)] if isinstance(place, list) else place[name]
    key = int(last) if isinstance(place, list) else last
    if value is DELETE:
        del place[key]
    else:
        place[key] = value
    return params


def wrong(kit: Kit, type: str, good: dict, changes: dict[str, list], coerced: list[tuple[str, object]] = []) -> None:
    """Each of these places, left out or with each of these values, is refused by both; what pydantic bends into shape, by Kaam alone. A field
    that nobody knows is ignored by both. Nothing of it may have changed anything."""
    for params in [DELETE, None, [], list(good.values()), "x", 7]:
        body = {"type": type} if params is DELETE else {"type": type, "params": params}
        kit.send(json.dumps(body).encode(), shown=body, deviation="invalid")
    for path, values in changes.items():
        for value in values:
            kit.request(type, with_change(good, path, value), deviation="invalid")
    for path, value in coerced:
        kit.request(type, with_change(good, path, value), deviation="no-coercion")


def alone(kit: Kit) -> Kit:
    """Somebody with one thread, for lists that both servers must give alike."""
    kit = fresh(kit, "three")
    kit.create("The only one", record=False)
    return kit


THREAD = [DELETE, None, 7, [], {}, True]
ITEM = THREAD


@case("bad input: threads.create")
def create(kit: Kit) -> None:
    good = {"input": user_input("Hello")}
    good["input"]["content"].append({"type": "input_tag", "id": "1", "text": "t", "data": {}})
    changes = {
        "input": [DELETE, None, [], "x"],
        "input.content": [DELETE, None, "x", {}, [None], [{}], [{"type": "input_text"}], [["input_text", "x"]], [{"type": "image", "text": "x"}]],
        "input.content.0.text": [DELETE, None, 7, ["x"]],
        "input.content.0.type": [DELETE, None, "nope"],
        "input.content.1.id": [DELETE, None, 7],
        "input.content.1.data": [DELETE, None, "x", []],
        "input.attachments": [DELETE, None, "x", [7], [None], {}],
        "input.inference_options": [DELETE, None, "x", [], {"tool_choice": "x"}, {"tool_choice": {}}, {"tool_choice": ["x"]}, {"model": 7}, {"tool_choice": {"id": None}}],
        "input.quoted_text": [7, [], {}],
    }
    wrong(kit, "threads.create", good, changes, [("input.content.1.interactive", "yes"), ("input.content.1.interactive", 1)])
    extra = with_change(with_change(good, "input.more", 1), "more", {"a": 1})
    answer = kit.request("threads.create", extra)
    assert "more" not in str(answer.item("user_message"))


@case("bad input: threads.add_user_message")
def add(kit: Kit) -> None:
    world = World(kit)
    good = {"thread_id": world.thread, "input": user_input("Hello")}
    wrong(kit, "threads.add_user_message", good, {"thread_id": THREAD, "input": [DELETE, None, "x"], "input.content": [DELETE, "x"], "input.attachments": [DELETE]})
    kit.look(world.thread)
    kit.request("threads.add_user_message", {**good, "more": 1})


@case("bad input: threads.add_client_tool_output")
def add_client_tool_output(kit: Kit) -> None:
    world = World(kit)
    good = {"thread_id": world.thread, "result": 1}
    wrong(kit, "threads.add_client_tool_output", good, {"thread_id": THREAD, "result": [DELETE]})
    kit.look(world.thread)
    kit.request("threads.add_client_tool_output", {**good, "more": 1})


@case("bad input: threads.add_structured_input")
def add_structured_input(kit: Kit) -> None:
    world = World(kit)
    good = {"thread_id": world.thread, "item_id": world.form, "input": {"status": "answered", "answers": {"q": {"values": ["x"], "skipped": False}}}}
    changes = {
        "thread_id": THREAD,
        "item_id": ITEM,
        "input": [DELETE, None, [], "x"],
        "input.status": [None, "pending", "", 7],
        "input.answers": [None, [], "x", {"q": None}, {"q": []}, {"q": "x"}],
        "input.answers.q.values": [None, "x", [7], [None], {}],
        "input.answers.q.skipped": [None, "maybe", [], 2],
    }
    wrong(kit, "threads.add_structured_input", good, changes)
    kit.look(world.thread)
    kit.request("threads.add_structured_input", with_change({**good, "more": 1}, "input.more", 1))


@case("bad input: threads.retry_after_item")
def retry(kit: Kit) -> None:
    world = World(kit)
    good = {"thread_id": world.thread, "item_id": world.message}
    wrong(kit, "threads.retry_after_item", good, {"thread_id": THREAD, "item_id": ITEM})
    kit.look(world.thread)
    kit.request("threads.retry_after_item", {**good, "more": 1})


@case("bad input: threads.custom_action and threads.sync_custom_action")
def actions(kit: Kit) -> None:
    world = World(kit)
    for type, payload in [("threads.custom_action", []), ("threads.sync_custom_action", {"do": "nothing"})]:
        good = {"thread_id": world.thread, "item_id": world.widget, "action": {"type": "script", "payload": payload}}
        wrong(kit, type, good, {"thread_id": THREAD, "item_id": [7, [], {}], "action": [DELETE, None, [], "x", ["script", payload]], "action.type": [None, 7, []]})
        kit.request(type, with_change({**good, "more": 1}, "action.more", 1))
        kit.request(type, {**good, "item_id": None})
    kit.look(world.thread)


@case("bad input: threads.get_by_id")
def get_by_id(kit: Kit) -> None:
    world = World(kit)
    wrong(kit, "threads.get_by_id", {"thread_id": world.thread}, {"thread_id": THREAD})
    kit.request("threads.get_by_id", {"thread_id": world.thread, "more": 1})


@case("bad input: threads.list")
def list_threads(kit: Kit) -> None:
    kit = alone(kit)
    changes = {"limit": [-1, "x", [], {}, 1.5], "order": [None, "sideways", "", 7, []], "after": [7, [], {}]}
    wrong(kit, "threads.list", {}, changes, [("limit", "5"), ("limit", True), ("limit", 5.0)])
    kit.request("threads.list", {"limit": 1, "more": 1})


@case("bad input: items.list")
def list_items(kit: Kit) -> None:
    world = World(kit)
    changes = {"thread_id": THREAD, "limit": [-1, "x", [], 1.5], "order": [None, "sideways", "ASC", 7], "after": [7, [], {}]}
    wrong(kit, "items.list", {"thread_id": world.thread}, changes, [("limit", "5")])
    kit.request("items.list", {"thread_id": world.thread, "more": 1})


@case("bad input: threads.update")
def update(kit: Kit) -> None:
    world = World(kit)
    good = {"thread_id": world.thread, "title": "Title"}
    wrong(kit, "threads.update", good, {"thread_id": THREAD, "title": [DELETE, None, 7, []]})
    kit.look(world.thread)
    kit.request("threads.update", {**good, "more": 1})


@case("bad input: threads.delete")
def delete(kit: Kit) -> None:
    world = World(kit)
    wrong(kit, "threads.delete", {"thread_id": world.thread}, {"thread_id": THREAD})
    kit.look(world.thread)
    kit.request("threads.delete", {"thread_id": world.thread, "more": 1})


@case("bad input: items.feedback")
def feedback(kit: Kit) -> None:
    world = World(kit)
    good = {"thread_id": world.thread, "item_ids": [world.item], "kind": "positive"}
    changes = {"thread_id": THREAD, "item_ids": [DELETE, None, "x", {}, [7], [None]], "kind": [DELETE, None, "meh", "", 1, "Positive"]}
    wrong(kit, "items.feedback", good, changes)
    kit.request("items.feedback", {**good, "more": 1})


@case("bad input: input.transcribe")
def transcribe(kit: Kit) -> None:
    good = {"audio_base64": "AAAA", "mime_type": "audio/webm;codecs=opus"}
    wrong(kit, "input.transcribe", good, {"audio_base64": [DELETE, None, 7, []], "mime_type": [DELETE, None, 7, []]})
    kit.request("input.transcribe", good, deviation="transcription", path=f"{kit.server.bare}/chatkit")
    for sound, mime_type, deviation in [
        ("%%%%", "audio/webm", "no-coercion"),
        ("", "audio/webm", "no-sound"),
        ("AAAA", "text/plain", "media-type"),
        ("AAAA", "", "media-type"),
    ]:
        kit.request("input.transcribe", {"audio_base64": sound, "mime_type": mime_type}, deviation=deviation)


@case("bad input: bodies that are no request")
def bodies(kit: Kit) -> None:
    bodies = [b"", b" ", b"[]", b'["threads.list",{},{}]', b"null", b"7", b'"x"', b"{}", b'{"type":"threads.list",', b"\xff\xfe{}", b'{"type":"threads.list","params":{}} x', b"{" * 100_000]
    bodies += [b'{"type":null,"params":{}}', b'{"type":7,"params":{}}', b'{"type":["threads.list"],"params":{}}', b'{"params":{}}']
    bodies += [b'{"type":"threads.frobnicate","params":{"x":1}}', b'{"type":"","params":{}}', b'{"type":"Threads.list","params":{}}']
    bodies += [b'{"type":"threads.list","params":{},"metadata":null}', b'{"type":"threads.list","params":{},"metadata":[]}']
    bodies += [b'{"type":"threads.list","params":{"after":"\\ud800"}}', b'{"type":"threads.list","params":{"after":"' + b"\xff" + b'"}}']
    kit = alone(kit)
    for body in bodies:
        kit.send(body, shown=repr(body[:80]), deviation="invalid")
    kit.send(b'{"type":"threads.list","params":{"limit":1},"metadata":{"any":["thing"]},"more":1}', shown="more")


@case("bad input: nobody, and somebody unknown")
def nobody(kit: Kit) -> None:
    body = {"type": "threads.list", "params": {}}
    kit.as_person("nobody").request("threads.list", {}, deviation="unauthorized")
    for authorization in ["Bearer x", "Bearer", "Basic eDp5", "x"]:
        kit.send(json.dumps(body).encode(), shown=body, headers={"authorization": authorization}, deviation="unauthorized")


@case("bad input: other methods and media types")
def methods(kit: Kit) -> None:
    for method in ["GET", "PUT", "DELETE"]:
        kit.send(b"", shown=method, method=method, deviation="method")
    kit = alone(kit)
    body = {"type": "threads.list", "params": {"limit": 1}}
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"]:
        kit.send(json.dumps(body).encode(), shown=[kind, body], headers={"content-type": kind}, deviation="media-type")
    kit.send(json.dumps(body).encode(), shown=body, headers={"content-type": "application/json; charset=utf-8"})


@case("bad input: too large")
def large(kit: Kit) -> None:
    kit.create("x" * (64 * 1024 + 1), deviation="too-large")
    kit.create("x", input={"quoted_text": "x" * (64 * 1024 + 1)}, deviation="too-large")
    body = {"type": "threads.list", "params": {"limit": 1}, "metadata": {"x": "x" * (1024 * 1024)}}
    kit.send(json.dumps(body).encode(), shown="a request of more than 1 MiB", deviation="too-large")
    # The largest that is taken, in letters of three bytes.
    kit.create("ﷺ" * (64 * 1024 // 3))


@case("bad input: blank messages and titles")
def blank(kit: Kit) -> None:
    for text in ["", " ", "\n\t ", "\u200f\u00a0"]:
        kit.create(text, deviation="blank")
    kit.create("x", input={"content": []}, deviation="blank")
    thread = kit.create("Something").thread
    for title in ["", "   "]:
        kit.request("threads.update", {"thread_id": thread, "title": title}, deviation="blank")
    kit.request("threads.update", {"thread_id": thread, "title": "x" * 201}, deviation="title-length")


@case("spaces around a message are no part of it")
def trimmed(kit: Kit) -> None:
    answer = kit.create("  spaces around \n", record=False)
    kit.note("the text", answer.item("user_message")["content"][0]["text"], deviation="trimmed")


@case("locked and closed threads refuse messages, and can be read and deleted")
def closed(kit: Kit) -> None:
    for status in ["locked", "closed"]:
        thread = kit.create([note("Done."), {"do": "thread", "status": {"type": status}}]).thread
        kit.look(thread)
        kit.request("threads.update", {"thread_id": thread, "title": "Still renamed"})
        kit.add(thread, [note("No.")], deviation="closed-threads")
        kit.request("threads.delete", {"thread_id": thread})
