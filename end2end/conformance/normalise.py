"""Makes transcripts of two servers comparable: what is theirs by chance gets a name."""

import re
from typing import Any

from client import Exchange

ID = re.compile(r"\b(?:thr|msg|itm|wf|tc|tsk|shcx|atc|att|fil)_[0-9a-f]{8,32}\b")
NAIVE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?")
UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
ORIGIN = re.compile(r"http://127\.0\.0\.1:\d+")
GATE = re.compile(r"gate [0-9]+-")


class Names:
    """Ids by the order in which they appear."""

    def __init__(self) -> None:
        self.ids: dict[str, str] = {}
        self.home = self

    def aside(self) -> "Names":
        """The same names; those that are added are forgotten."""
        names = Names()
        names.ids, names.home = dict(self.ids), self
        return names

    def text(self, text: str) -> str:
        text = ID.sub(lambda found: self.ids.setdefault(found[0], f"<id {len(self.ids) + 1}>"), text)
        return GATE.sub("gate ", ORIGIN.sub("<origin>", text))


def time(text: Any) -> Any:
    """How a time is written, for when it is differs."""
    if isinstance(text, str) and UTC.fullmatch(text):
        return "<time, UTC>"
    if isinstance(text, str) and NAIVE.fullmatch(text):
        return "<time, no zone>"
    return text


def value(value: Any, names: Names, key: str = "") -> Any:
    match value:
        case dict():
            if set(value) == {"duration"} and type(value["duration"]) is int:
                return {"duration": "<seconds>"}
            return {names.text(name): normal(value, name, names) for name in value}
        case list():
            return [normal_one(one, names) for one in value]
        case str():
            return names.text(value)
    return value


def normal(parent: dict, name: str, names: Names) -> Any:
    one = parent[name]
    if name == "created_at":
        return time(one)
    # Where a file goes and where its picture is: the server's own affair.
    if name == "preview_url" or (name == "url" and "method" in parent):
        return "<url>" if isinstance(one, str) and one.startswith("http") else one
    return value(one, names)


def normal_one(one: Any, names: Names) -> Any:
    return value(one, names)


def transcript(exchanges: list[Exchange]) -> list[dict]:
    """The transcript with names, as plain data."""
    names = Names()
    plain = []
    for exchange in exchanges:
        request = value(exchange.request, names)
        if exchange.deviation is not None:
            # What only one side makes must not shift the names of all that follows.
            names = names.aside()
        plain.append(
            {
                "request": request,
                "status": exchange.status,
                "kind": exchange.kind,
                "end": exchange.end,
                "events": value(exchange.events, names),
                "body": value(exchange.body, names),
                "deviation": exchange.deviation,
            }
        )
        names = names.home
    return plain
