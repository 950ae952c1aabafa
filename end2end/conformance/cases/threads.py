"""Threads: reading, listing, renaming, deleting, and whose they are."""

from cases import case
from cases.answers import note
from client import Kit


def fresh(kit: Kit, person: str) -> Kit:
    """A person whose threads are all gone: lists begin empty."""
    kit = kit.as_person(person)
    while threads := kit.request("threads.list", {"limit": 100}, record=False).body["data"]:
        for thread in threads:
            kit.request("threads.delete", {"thread_id": thread["id"]}, record=False)
    return kit


def pages(kit: Kit, type: str, params: dict, size: int, limit: int | None = None) -> list[str]:
    """Reads all pages; each must fit to the next."""
    found: list[str] = []
    after = None
    for _ in range(20):
        more = {**params} if after is None else {**params, "after": after}
        if limit is not None:
            more["limit"] = limit
        page = kit.request(type, more).body
        found += [one["id"] for one in page["data"]]
        assert len(page["data"]) <= size
        if not page["has_more"]:
            assert "after" not in page, "absent on the last page"
            return found
        assert page["after"] == page["data"][-1]["id"] and len(page["data"]) == size
        after = page["after"]
    raise AssertionError("the pages do not end")


@case("25 threads are 20 and 5, newest first")
def paging(kit: Kit) -> None:
    kit = fresh(kit, "three")
    made = [kit.create(f"Thread {n}", record=False).thread for n in range(25)]
    first = kit.request("threads.list", {}).body
    assert len(first["data"]) == 20 and first["has_more"]
    rest = kit.request("threads.list", {"after": first["after"]}).body
    assert len(rest["data"]) == 5 and not rest["has_more"]
    assert [thread["id"] for thread in first["data"] + rest["data"]] == made[::-1]
    assert pages(kit, "threads.list", {"order": "asc"}, 10, 10) == made
    assert pages(kit, "threads.list", {"order": "desc"}, 7, 7) == made[::-1]
    kit.request("threads.list", {"limit": 0})
    kit.request("threads.list", {"limit": None, "after": None})
    kit.request("threads.list", {"limit": 25})
    kit.request("threads.list", {"after": made[0]})


@case("a list without threads")
def empty(kit: Kit) -> None:
    kit = fresh(kit, "three")
    assert kit.request("threads.list", {}).body == {"data": [], "has_more": False}


@case("a thread is read with its first 20 items, oldest first")
def get_by_id(kit: Kit) -> None:
    thread = kit.create([{"do": "messages", "count": 24}]).thread
    items = kit.request("threads.get_by_id", {"thread_id": thread}).body["items"]
    assert len(items["data"]) == 20 and items["has_more"] and items["after"] == items["data"][-1]["id"]
    rest = kit.request("items.list", {"thread_id": thread, "order": "asc", "after": items["after"]}).body
    assert [item["content"][0]["text"] for item in rest["data"]] == [f"Message {n}" for n in range(19, 24)]


@case("a thread is renamed")
def rename(kit: Kit) -> None:
    thread = kit.create([note("Done.")]).thread
    for title in ["Renamed", "نام ✓ — بدل گیا", "x" * 200]:
        answer = kit.request("threads.update", {"thread_id": thread, "title": title}).body
        assert answer["title"] == title and answer["items"] == {"data": [], "has_more": False}
        kit.look(thread)
    kit.add(thread, [note("Still renamed.")])
    kit.look(thread)


@case("a thread is deleted, once")
def delete(kit: Kit) -> None:
    thread = kit.create([note("Done.")]).thread
    assert kit.request("threads.delete", {"thread_id": thread}).body == {}
    for type in ["threads.get_by_id", "items.list", "threads.delete"]:
        kit.request(type, {"thread_id": thread}, deviation="not-found")
    kit.add(thread, [note("No.")], deviation="not-found-in-stream")


@case("nobody sees or touches the threads of others")
def isolation(kit: Kit) -> None:
    made = kit.create([{"do": "widget", "states": [{"type": "Card", "children": []}]}, note("Mine.")])
    thread, widget, message = made.thread, made.item("widget")["id"], made.item("user_message")["id"]
    other = kit.as_person("two")
    own = other.create([note("Hers.")]).thread
    for type, params in [
        ("threads.get_by_id", {}),
        ("items.list", {}),
        ("threads.update", {"title": "Stolen"}),
        ("threads.delete", {}),
        ("items.feedback", {"item_ids": [message], "kind": "positive"}),
        ("threads.sync_custom_action", {"item_id": widget, "action": {"type": "script", "payload": {"do": "nothing"}}}),
    ]:
        other.request(type, {"thread_id": thread, **params}, deviation="not-found")
    for type, params in [
        ("threads.add_client_tool_output", {"result": 1}),
        ("threads.add_structured_input", {"item_id": message, "input": {}}),
        ("threads.retry_after_item", {"item_id": message}),
        ("threads.custom_action", {"item_id": widget, "action": {"type": "script", "payload": []}}),
    ]:
        other.request(type, {"thread_id": thread, **params}, deviation="not-found-in-stream")
    other.add(thread, [note("No.")], deviation="not-found-in-stream")
    # Not even through a thread of one's own.
    other.request("items.feedback", {"thread_id": own, "item_ids": [message], "kind": "negative"}, deviation="not-found")
    other.request("items.list", {"thread_id": own, "after": message}, deviation="not-found")
    other.request("threads.list", {"after": thread}, deviation="not-found")
    other.action(own, widget, {"do": "nothing"}, sync=True, deviation="not-found")
    other.action(own, widget, [], deviation="not-found-in-stream")
    assert thread not in [one["id"] for one in other.request("threads.list", {"limit": 100}, record=False).body["data"]]
    kit.look(thread)


@case("threads that do not exist, and ids that are none")
def unknown(kit: Kit) -> None:
    for thread in ["thr_" + "0" * 32, "not-an-id", "", "thr_", "'; drop table messages; --", "thr_" + "ﷺ" * 9]:
        for type, params in [("threads.get_by_id", {}), ("items.list", {}), ("threads.update", {"title": "x"}), ("threads.delete", {})]:
            kit.request(type, {"thread_id": thread, **params}, deviation="not-found")
        kit.add(thread, [note("No.")], deviation="not-found-in-stream")
        kit.request("threads.retry_after_item", {"thread_id": thread, "item_id": "x"}, deviation="not-found-in-stream")
    kit.request("threads.list", {"after": "thr_" + "0" * 32}, deviation="not-found")
