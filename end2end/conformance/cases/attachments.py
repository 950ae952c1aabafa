"""Attachments: made, uploaded, sent with a message, deleted."""

import json

from cases import case
from client import Exchange, Kit

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf00000301010018dd8db00000000049454e44ae426082"
)


def make(kit: Kit, name: str, size: int, mime_type: str, **more) -> Exchange:
    return kit.request("attachments.create", {"name": name, "size": size, "mime_type": mime_type}, **more)


def upload(kit: Kit, made: Exchange, data: bytes, method: str) -> int:
    """Sends the bytes to where the attachment says. What that answers is the server's own affair, but for its being fine."""
    descriptor = made.body["upload_descriptor"]
    url, headers = descriptor["url"], dict(descriptor["headers"])
    # A front end sends what the descriptor says and no more; the reference, whose URL says nothing of the person, wants the token too.
    if "?key=" not in url:
        headers["authorization"] = f"Bearer {kit.server.people[kit.person]}"
    if method == "PUT":
        response = kit.server.http.put(url, content=data, headers={**headers, "content-type": made.body["mime_type"]})
    else:
        response = kit.server.http.post(url, files={"file": (made.body["name"], data, made.body["mime_type"])}, headers=headers)
    assert response.is_success, (response.status_code, response.text)
    return response.status_code


def uploaded(kit: Kit, name: str, data: bytes, mime_type: str, method: str = "POST") -> str:
    made = make(kit, name, len(data), mime_type)
    assert made.body["name"] == name and "metadata" not in made.body and "thread_id" not in made.body
    upload(kit, made, data, method)
    return made.body["id"]


def text(words: str) -> dict:
    return {"content": [{"type": "input_text", "text": words}]}


@case("a file in two phases, by POST, and sent with a message")
def file(kit: Kit) -> None:
    id = uploaded(kit, "bill.txt", "بل: 500".encode(), "text/plain")
    answer = kit.create([], input={**text(json.dumps([{"do": "input"}])), "attachments": [id]})
    attachment = answer.item("user_message")["attachments"][0]
    assert attachment["thread_id"] == answer.thread, "stamped when the message is stored"
    assert "metadata" not in attachment and "upload_descriptor" not in attachment
    kit.look(answer.thread)


@case("a picture in two phases, by PUT, and sent with a second message")
def picture(kit: Kit) -> None:
    id = uploaded(kit, "dot.png", PNG, "image/png", "PUT")
    thread = kit.create("Before").thread
    answer = kit.add(thread, [], input={**text("Look"), "attachments": [id]})
    attachment = answer.item("user_message")["attachments"][0]
    assert attachment["type"] == "image" and attachment["thread_id"] == thread and "preview_url" in attachment
    kit.look(thread)


@case("several attachments, in their order")
def several(kit: Kit) -> None:
    ids = [uploaded(kit, f"{n}.txt", b"x", "text/plain") for n in range(3)]
    answer = kit.create([], input={**text("All"), "attachments": ids[::-1]})
    assert [one["name"] for one in answer.item("user_message")["attachments"]] == ["2.txt", "1.txt", "0.txt"]
    kit.look(answer.thread)


@case("an attachment is deleted, once")
def delete(kit: Kit) -> None:
    id = uploaded(kit, "bill.txt", b"x", "text/plain")
    assert kit.request("attachments.delete", {"attachment_id": id}).body == {}
    kit.request("attachments.delete", {"attachment_id": id}, deviation="not-found")


@case("attachments of others, and such as do not exist")
def foreign(kit: Kit) -> None:
    id = uploaded(kit, "bill.txt", b"x", "text/plain")
    other = kit.as_person("two")
    other.request("attachments.delete", {"attachment_id": id}, deviation="not-found")
    for one in ["atc_" + "0" * 32, "nothing", ""]:
        kit.request("attachments.delete", {"attachment_id": one}, deviation="not-found")


@case("bad input: attachments.create and attachments.delete")
def wrong_input(kit: Kit) -> None:
    from cases.refusals import DELETE, wrong

    good = {"name": "bill.txt", "size": 4, "mime_type": "text/plain"}
    changes = {"name": [DELETE, None, 7], "size": [DELETE, None, "x", 1.5, []], "mime_type": [DELETE, None, 7]}
    wrong(kit, "attachments.create", good, changes, [("size", "4"), ("size", 4.0)])
    wrong(kit, "attachments.delete", {"attachment_id": "x"}, {"attachment_id": [DELETE, None, 7]})
    kit.request("attachments.create", {**good, "more": 1})


@case("a message that names an attachment that does not exist")
def unknown(kit: Kit) -> None:
    for id in ["atc_" + "0" * 32, "nothing"]:
        kit.create([], input={**text("Look"), "attachments": [id]}, deviation="unknown-attachment")
        thread = kit.create("Before").thread
        kit.add(thread, [], input={**text("Look"), "attachments": [id]}, deviation="not-found-in-stream")
        kit.look(thread)


@case("sound becomes text, whatever stands behind its media type")
def transcribe(kit: Kit) -> None:
    import base64

    for kind in ["audio/webm;codecs=opus", "audio/webm", "audio/ogg; codecs=opus", "audio/mp4"]:
        sound = base64.b64encode(bytes(range(256)) * 5).decode()
        answer = kit.request("input.transcribe", {"audio_base64": sound, "mime_type": kind, "more": 1})
        assert answer.body == {"text": f"{kind.split(';')[0]} 1280"}
