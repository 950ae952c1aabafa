"""Speaks to a server and writes down what was said: a `Transcript` is what two servers are compared by."""

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx

STREAMING = {
    "threads.create",
    "threads.add_user_message",
    "threads.add_client_tool_output",
    "threads.add_structured_input",
    "threads.retry_after_item",
    "threads.custom_action",
}


@dataclass
class Exchange:
    """One request and its answer, or something else that a case wants compared (`note`)."""

    request: Any
    status: int = 0
    kind: str = ""
    """The media type of the answer."""
    body: Any = None
    events: list | None = None
    end: str = ""
    """`whole`; `cut` if the connection broke off; `left` if the client went away."""
    deviation: str | None = None
    """The deviation that this exchange is meant to show."""
    raw: list[str] = field(default_factory=list)
    """The JSON texts of the answer, as they came."""

    def first(self, type: str, **fields: Any) -> dict:
        """The first event of this type, with these fields."""
        for event in self.events or []:
            if event["type"] == type and all(event.get(name) == value for name, value in fields.items()):
                return event
        raise AssertionError(f"no {type} in {[event['type'] for event in self.events or []]}, status {self.status}, body {self.body}")

    def item(self, type: str, n: int = 0) -> dict:
        """The n-th whole item of this kind."""
        items = [event["item"] for event in self.events or [] if event["type"] == "thread.item.done"]
        return [item for item in items if item["type"] == type][n]

    @property
    def thread(self) -> str:
        return self.first("thread.created")["thread"]["id"]


class FrameError(AssertionError):
    """A frame is exactly `data: {json}` and an empty line."""


def event_of(frame: bytes) -> str:
    if not frame.startswith(b"data: {") or b"\n" in frame or b"\r" in frame:
        raise FrameError(repr(frame[:200]))
    return frame[len(b"data: ") :].decode("utf-8", errors="strict")


def client() -> httpx.Client:
    # No connection is used twice: the reference closes those on which something failed.
    return httpx.Client(timeout=20, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))


@dataclass
class Server:
    """Where a server is, and the tokens of its people."""

    name: str
    url: str
    control: str | None
    people: dict[str, str]
    bare: str | None = None
    """Where the same server is without anything that transcribes."""
    http: httpx.Client = field(default_factory=client)


class Kit:
    """What a case does with a server, as one person."""

    def __init__(self, server: Server, transcript: list[Exchange] | None = None, person: str = "one", gates: str = "") -> None:
        self.server = server
        self.transcript: list[Exchange] = [] if transcript is None else transcript
        self.person = person
        self.gates = gates

    def as_person(self, person: str) -> "Kit":
        return Kit(self.server, self.transcript, person, self.gates)

    # --- requests -----------------------------------------------------------------------------------------------------------------

    def send(
        self,
        body: bytes | Iterable[bytes],
        *,
        shown: Any = None,
        deviation: str | None = None,
        headers: dict[str, str] | None = None,
        leave: Callable[[dict], bool] | None = None,
        while_open: Callable[[], None] | None = None,
        record: bool = True,
        path: str = "/chatkit",
        method: str = "POST",
    ) -> Exchange:
        """Sends a body as it is. `leave` tells at which event the client goes away; `while_open` is called once at the first event for which
        it is true, if both are given, and the client stays."""
        headers = {
            "authorization": f"Bearer {self.server.people[self.person]}" if self.person in self.server.people else "",
            "content-type": "application/json",
            **(headers or {}),
        }
        headers = {name: value for name, value in headers.items() if value}
        exchange = Exchange(request=[self.person, shown], deviation=deviation)
        url = path if path.startswith("http") else self.server.url + path
        with self.server.http.stream(method, url, content=body, headers=headers) as response:
            exchange.status = response.status_code
            exchange.kind = response.headers.get("content-type", "").split(";")[0]
            if exchange.kind == "text/event-stream":
                self._read_stream(response, exchange, leave, while_open)
            else:
                text = response.read().decode("utf-8", errors="replace")
                exchange.raw = [text]
                exchange.end = "whole"
                try:
                    exchange.body = json.loads(text)
                except ValueError:
                    exchange.body = text
        if record:
            self.transcript.append(exchange)
        return exchange

    def _read_stream(self, response: httpx.Response, exchange: Exchange, leave: Any, while_open: Any) -> None:
        exchange.events = []
        rest = b""
        try:
            for chunk in response.iter_raw():
                rest += chunk
                while b"\n\n" in rest:
                    frame, rest = rest.split(b"\n\n", 1)
                    text = event_of(frame)
                    event = json.loads(text)
                    exchange.raw.append(text)
                    exchange.events.append(event)
                    if leave is not None and leave(event):
                        if while_open is None:
                            exchange.end = "left"
                            return
                        while_open()
                        leave = None
        except httpx.RemoteProtocolError:
            exchange.end = "cut"
            return
        if rest:
            raise FrameError(f"behind the last frame: {rest[:200]!r}")
        exchange.end = "whole"

    def request(self, type: str, params: Any, **more: Any) -> Exchange:
        """An operation of the protocol."""
        body = {"type": type, "params": params}
        return self.send(json.dumps(body, ensure_ascii=False).encode(), shown=body, **more)

    def create(self, steps: Any, then: Any = None, *, input: dict | None = None, **more: Any) -> Exchange:
        """`threads.create` with a script, or with a plain text."""
        return self.request("threads.create", {"input": user_input(steps, then, input)}, **more)

    def add(self, thread: str, steps: Any, then: Any = None, *, input: dict | None = None, **more: Any) -> Exchange:
        return self.request("threads.add_user_message", {"thread_id": thread, "input": user_input(steps, then, input)}, **more)

    def action(self, thread: str, item: str | None, payload: Any, *, type: str = "script", sync: bool = False, **more: Any) -> Exchange:
        params = {"thread_id": thread, "action": {"type": type, "payload": payload}}
        if item is not None:
            params["item_id"] = item
        return self.request("threads.sync_custom_action" if sync else "threads.custom_action", params, **more)

    def history(self, thread: str, **more: Any) -> Exchange:
        """Adds a message that is answered with the list of all stored items, hidden ones too."""
        return self.add(thread, [{"do": "history"}], **more)

    def look(self, thread: str) -> None:
        """Reads the thread back, both ways."""
        self.request("threads.get_by_id", {"thread_id": thread})
        self.request("items.list", {"thread_id": thread, "order": "asc", "limit": 100})

    def note(self, what: str, value: Any, deviation: str | None = None) -> None:
        """Has a value compared that is no answer."""
        self.transcript.append(Exchange(request=["note", what], body=value, status=0, end="whole", deviation=deviation))

    # --- the controls -------------------------------------------------------------------------------------------------------------

    def gate(self, name: str) -> str:
        """The name of a gate, another one in every run."""
        return f"{self.gates}-{name}"

    def open_gate(self, name: str) -> None:
        self.server.http.post(f"{self.server.control}/release/{self.gate(name)}").raise_for_status()

    def stored(self, thread: str) -> list[dict]:
        """What the store holds, hidden items too."""
        response = self.server.http.get(f"{self.server.control}/items/{self.person}/{thread}")
        response.raise_for_status()
        return response.json()

    def wait_for_stored(self, thread: str, type: str) -> None:
        """Waits until the store has an item of this kind."""
        deadline = time.monotonic() + 15
        while not any(item["type"] == type for item in self.stored(thread)):
            assert time.monotonic() < deadline, f"{self.server.name}: no {type} was stored"
            time.sleep(0.01)


def user_input(steps: Any, then: Any = None, more: dict | None = None) -> dict:
    if not isinstance(steps, str):
        steps = json.dumps(steps if then is None else {"steps": steps, "then": then}, ensure_ascii=False)
    return {"content": [{"type": "input_text", "text": steps}], "attachments": [], "inference_options": {}, **(more or {})}
