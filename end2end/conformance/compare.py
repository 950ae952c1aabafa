"""Compares two transcripts, and knows the deviations that are meant (`deviations.toml`)."""

import copy
import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ABSENT = "<absent>"


@dataclass(frozen=True)
class Deviation:
    """One that is meant. `kind` says what it may excuse:

    - `answer`: an exchange that names it: each side must answer exactly as its table says;
    - `note`: a note that names it: each side must have exactly its value;
    - `value`: anywhere, this value of the reference where Kaam has that one;
    - `field`: a text that only Kaam has, at one of these `paths`;
    - `event`: an event that only Kaam has, right behind another one, in streams of one operation.
    """

    id: str
    kind: str
    reason: str
    reference: Any = None
    kaam: Any = None
    paths: tuple[str, ...] = ()
    event: str | None = None
    behind: str | None = None
    operation: str | None = None


class DeviationsError(Exception):
    """`deviations.toml` is wrong."""


@dataclass
class Deviations:
    all: dict[str, Deviation]
    used: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, path: Path) -> "Deviations":
        with path.open("rb") as file:
            return cls.of(tomllib.load(file).get("deviation", []))

    @classmethod
    def of(cls, tables: list[dict]) -> "Deviations":
        found: dict[str, Deviation] = {}
        for table in tables:
            id = table.get("id", "")
            if len(table.get("reason", "").strip()) < 20:
                raise DeviationsError(f"{id!r} has no reason")
            if table.get("kind") not in ("answer", "note", "value", "field", "event"):
                raise DeviationsError(f"{id!r} has no kind")
            if id in found or not id:
                raise DeviationsError(f"{id!r} is there twice, or is no name")
            found[id] = Deviation(**{**table, "paths": tuple(table.get("paths", ()))})
        return cls(found)

    def stale(self) -> list[str]:
        return sorted(set(self.all) - self.used)

    def of_kind(self, kind: str) -> list[Deviation]:
        return [deviation for deviation in self.all.values() if deviation.kind == kind]


def same(one: Any, other: Any) -> bool:
    """As JSON sees it: 1 and 1.0 are one number, but true is none."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return one == other
    return type(one) is type(other) and one == other


def differences(reference: Any, kaam: Any, path: tuple = ()) -> list[tuple[tuple, Any, Any]]:
    if isinstance(reference, dict) and isinstance(kaam, dict):
        found = []
        for name in [*reference, *(name for name in kaam if name not in reference)]:
            one, other = reference.get(name, ABSENT), kaam.get(name, ABSENT)
            found += differences(one, other, (*path, name))
        return found
    if isinstance(reference, list) and isinstance(kaam, list) and len(reference) == len(kaam):
        return [one for n, pair in enumerate(zip(reference, kaam)) for one in differences(*pair, (*path, n))]
    return [] if same(reference, kaam) else [(path, reference, kaam)]


def shown(path: tuple) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def anywhere(path: tuple) -> str:
    """A path without the places in its lists."""
    return shown(tuple("[]" if isinstance(part, int) else part for part in path)).replace(".[]", "[]")


def types(events: Any) -> list[str]:
    """What the events are, for a first look."""
    if not isinstance(events, list):
        return []
    parts = [(event, event.get("update"), event.get("item")) if isinstance(event, dict) else (event,) for event in events]
    return [" ".join(kind(part) for part in parts_of_one if part is not None) for parts_of_one in parts]


def kind(value: Any) -> str:
    return str(value.get("type")) if isinstance(value, dict) else repr(value)


def compare(reference: list[dict], kaam: list[dict], deviations: Deviations) -> list[str]:
    """What differs and is not meant to."""
    if len(reference) != len(kaam):
        return [f"{len(reference)} exchanges with the reference, {len(kaam)} with Kaam"]
    problems = []
    for n, (one, other) in enumerate(zip(reference, kaam)):
        for problem in exchange(one, other, deviations):
            what = one["request"][1]
            what = what.get("type", what) if isinstance(what, dict) else what
            more = f" with {json.dumps(one['request'][1], ensure_ascii=False)[:300]}" if one["deviation"] else ""
            problems.append(f"exchange {n} ({what}{more}): {problem}")
    return problems


def exchange(reference: dict, kaam: dict, deviations: Deviations) -> list[str]:
    if reference["deviation"] is not None:
        return named(reference, kaam, deviations)
    if isinstance(reference["events"], list) and isinstance(kaam["events"], list):
        kaam = {**kaam, "events": without_extra(reference, kaam, deviations)}
    if types(reference["events"]) != types(kaam["events"]):
        return [
            f"other events (status {reference['status']}, {kaam['status']}; end {reference['end']}, {kaam['end']}; body {kaam['body']}):\n"
            f"  reference: {types(reference['events'])}\n  Kaam:      {types(kaam['events'])}"
        ]
    problems = []
    for path, one, other in differences(reference, kaam):
        if not is_meant(path, one, other, deviations):
            problems.append(f"{shown(path)}: reference {one!r}, Kaam {other!r}")
    return problems


def is_meant(path: tuple, one: Any, other: Any, deviations: Deviations) -> bool:
    for deviation in deviations.of_kind("value"):
        if same(one, deviation.reference) and same(other, deviation.kaam):
            deviations.used.add(deviation.id)
            return True
    for deviation in deviations.of_kind("field"):
        if one == ABSENT and isinstance(other, str) and other != ABSENT and anywhere(path) in deviation.paths:
            deviations.used.add(deviation.id)
            return True
    return False


def without_extra(reference: dict, kaam: dict, deviations: Deviations) -> list:
    """Kaam's events without those that it may have more."""
    request = kaam["request"][1]
    operation = request.get("type") if isinstance(request, dict) else None
    events = copy.copy(kaam["events"])
    for deviation in deviations.of_kind("event"):
        if operation != deviation.operation:
            continue
        before = types(reference["events"])
        for n in range(1, len(events)):
            is_extra = n >= len(before) or before[n] != deviation.event
            if kind(events[n]) == deviation.event and kind(events[n - 1]) == deviation.behind and is_extra:
                deviations.used.add(deviation.id)
                del events[n]
                break
    return events


def named(reference: dict, kaam: dict, deviations: Deviations) -> list[str]:
    """An exchange that shows a deviation: both sides must do exactly what it says."""
    deviation = deviations.all.get(reference["deviation"])
    if deviation is None:
        return [f"no deviation is called {reference['deviation']!r}"]
    if kaam["deviation"] != deviation.id or kaam["request"] != reference["request"]:
        return [f"other requests: {differences(reference['request'], kaam['request'])}"]
    if deviation.kind == "note":
        sides = [("reference", reference["body"], deviation.reference), ("Kaam", kaam["body"], deviation.kaam)]
        problems = [f"{side}: {differences(wanted, found)}" for side, found, wanted in sides if differences(wanted, found)]
    elif deviation.kind == "answer":
        problems = answer("reference", reference, deviation.reference) + answer("Kaam", kaam, deviation.kaam)
    else:
        return [f"{deviation.id!r} is not of an exchange"]
    if not problems:
        deviations.used.add(deviation.id)
    return problems


def answer(side: str, found: dict, wanted: dict) -> list[str]:
    """Whether an answer is the one that a table says: `status`, `end`, `events` (how many), `code` (of an error as JSON)."""
    problems = []
    for name, value in wanted.items():
        match name:
            case "status" | "end" | "kind":
                is_so, has = found[name] == value, found[name]
            case "events":
                has = types(found["events"])
                is_so = len(has) == value
            case "code":
                has = found["body"]
                error = has.get("error", {}) if isinstance(has, dict) else {}
                is_so = (
                    set(error) == {"code", "message", "request_id"}
                    and error["code"] == value
                    and bool(error["message"])
                    and bool(error["request_id"])
                    and found["kind"] == "application/json"
                )
            case _:
                is_so, has = False, "an unknown word in deviations.toml"
        if not is_so:
            problems.append(f"{side}: {name} is {has!r}, not {value!r}")
    return problems
