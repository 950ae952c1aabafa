"""Items: pages, feedback, answering anew."""

from cases import case
from cases.answers import note
from cases.threads import pages
from client import Kit


@case("26 items are 20 and 6, newest first")
def paging(kit: Kit) -> None:
    # `test_list_items_response` of the SDK: 25, and the message that asked for them.
    thread = kit.create([{"do": "messages", "count": 25}]).thread
    first = kit.request("items.list", {"thread_id": thread}).body
    assert len(first["data"]) == 20 and first["has_more"] and first["after"] == first["data"][-1]["id"]
    assert first["data"][0]["content"][0]["text"] == "Message 24"
    rest = kit.request("items.list", {"thread_id": thread, "after": first["after"]}).body
    assert len(rest["data"]) == 6 and not rest["has_more"] and "after" not in rest
    ascending = pages(kit, "items.list", {"thread_id": thread, "order": "asc"}, 9, 9)
    assert pages(kit, "items.list", {"thread_id": thread, "order": "desc"}, 13, 13) == ascending[::-1]
    kit.request("items.list", {"thread_id": thread, "limit": 0})
    kit.request("items.list", {"thread_id": thread, "limit": 26})
    kit.request("items.list", {"thread_id": thread, "after": ascending[-1], "order": "asc"})
    kit.request("items.list", {"thread_id": thread, "after": "itm_" + "0" * 32}, deviation="not-found")
    kit.request("items.list", {"thread_id": thread, "after": "nothing"}, deviation="not-found")


@case("hidden items leave no gaps in the pages")
def hidden(kit: Kit) -> None:
    hide = {"do": "done", "item": {"type": "hidden_context_item", "content": 1}}
    steps = [hide, hide, hide, note("a"), hide, hide, hide, note("b"), hide, hide, hide, note("c"), hide, hide, note("d"), note("e")]
    thread = kit.create(steps).thread
    found, sizes, after = [], [], None
    while True:
        params = {"thread_id": thread, "order": "asc", "limit": 4} | ({} if after is None else {"after": after})
        page = kit.request("items.list", params, record=False).body
        found += [item["id"] for item in page["data"]]
        sizes.append(len(page["data"]))
        if not page["has_more"]:
            break
        after = page["after"]
    kit.note("the sizes of the pages", sizes, deviation="hidden-before-paging")
    kit.note("how many items they hold", len(found))
    assert len(set(found)) == 6


@case("at most a hundred entries are a page")
def largest(kit: Kit) -> None:
    thread = kit.create([{"do": "messages", "count": 120}]).thread
    sizes, after = [], None
    while True:
        params = {"thread_id": thread, "limit": 1000} | ({} if after is None else {"after": after})
        page = kit.request("items.list", params, record=False).body
        sizes.append(len(page["data"]))
        if not page["has_more"]:
            break
        after = page["after"]
    kit.note("the sizes of the pages", sizes, deviation="largest-page")


@case("feedback on one item, on several, and changed")
def feedback(kit: Kit) -> None:
    answer = kit.create([note("one"), note("two")])
    one, two = answer.item("assistant_message")["id"], answer.item("assistant_message", 1)["id"]
    for items, kind in [([one], "positive"), ([one, two], "negative"), ([one, one], "positive"), ([], "positive")]:
        assert kit.request("items.feedback", {"thread_id": answer.thread, "item_ids": items, "kind": kind}).body == {}
    kit.look(answer.thread)


@case("feedback on what is not there")
def feedback_unknown(kit: Kit) -> None:
    answer = kit.create([note("one")])
    known = answer.item("assistant_message")["id"]
    for items in [["itm_" + "0" * 32], ["nothing"], [known, "itm_" + "0" * 32]]:
        kit.request("items.feedback", {"thread_id": answer.thread, "item_ids": items, "kind": "positive"}, deviation="not-found")
    elsewhere = kit.create([note("elsewhere")]).thread
    kit.request("items.feedback", {"thread_id": elsewhere, "item_ids": [known], "kind": "positive"}, deviation="not-found")


@case("a message is answered anew, and what came after it is gone")
def retry(kit: Kit) -> None:
    hide = {"do": "done", "item": {"type": "hidden_context_item", "content": "h"}}
    first = kit.create([note("one"), hide])
    kit.add(first.thread, [note("two"), {"do": "widget", "states": [{"type": "Card", "children": []}]}])
    kit.add(first.thread, [note("three")])
    kit.look(first.thread)
    again = kit.request("threads.retry_after_item", {"thread_id": first.thread, "item_id": first.item("user_message")["id"]})
    assert again.events[0]["type"] == "stream_options" and again.item("assistant_message")["content"][0]["text"] == "one"
    kit.look(first.thread)
    assert [item["type"] for item in kit.transcript[-1].body["data"]] == ["user_message", "assistant_message"]
    kit.history(first.thread)


@case("the newest of several messages is answered anew")
def retry_newest(kit: Kit) -> None:
    thread = kit.create([note("one")]).thread
    second = kit.add(thread, [note("two"), {"do": "input"}], input={"quoted_text": "q", "inference_options": {"model": "m", "tool_choice": {"id": "t"}}})
    kit.request("threads.retry_after_item", {"thread_id": thread, "item_id": second.item("user_message")["id"]})
    kit.look(thread)
    assert [item["type"] for item in kit.transcript[-1].body["data"]].count("user_message") == 2


@case("a message with many items behind it is answered anew")
def retry_many(kit: Kit) -> None:
    # More than a page of the SDK's. The items are no messages, so that the script is still that of the first.
    steps = [{"do": "done", "item": {"type": "end_of_turn"}} for _ in range(45)]
    first = kit.create(steps)
    kit.request("threads.retry_after_item", {"thread_id": first.thread, "item_id": first.item("user_message")["id"]})
    kit.look(first.thread)
    assert len(kit.transcript[-1].body["data"]) == 46


@case("only a message of the person can be answered anew")
def retry_wrong(kit: Kit) -> None:
    answer = kit.create([note("one")])
    item = answer.item("assistant_message")["id"]
    kit.request("threads.retry_after_item", {"thread_id": answer.thread, "item_id": item}, deviation="invalid-in-stream")
    for item in ["itm_" + "0" * 32, "nothing", ""]:
        kit.request("threads.retry_after_item", {"thread_id": answer.thread, "item_id": item}, deviation="retry-unknown")
    kit.look(answer.thread)
