"""The comparer itself: the reference is like the reference, and whatever is changed is found."""

import copy
from collections.abc import Callable

import pytest
from cases import CASES, Case
from client import Server
from compare import Deviations, DeviationsError, compare
from conftest import play
from normalise import transcript

import servers

SAMPLES = {
    "a workflow of our own steps, with a summary",
    "annotations of all three sources",
    "a picture that is drawn in steps",
    "a failure in the middle of an answer",
    "a thread is read with its first 20 items, oldest first",
    "a sync action gives the widget as it is then",
}


@pytest.fixture(scope="module")
def another():
    with servers.reference("another reference") as server:
        yield server


def test_the_reference_is_like_the_reference(case: Case, theirs: Callable[[Case], list], another: Server) -> None:
    mine, other = transcript(theirs(case)), transcript(play(case, another))
    for exchange in [*mine, *other]:
        exchange["deviation"] = None
    assert compare(mine, other, Deviations({})) == []


def leaves(value, path=()):
    """Every place in a transcript with a value."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from leaves(one, (*path, name))
            yield (*path, name)
    elif isinstance(value, list):
        for n, one in enumerate(value):
            yield from leaves(one, (*path, n))
    else:
        yield path


def at(value, path):
    for part in path:
        value = value[part]
    return value


@pytest.mark.parametrize("title", sorted(SAMPLES))
def test_whatever_is_changed_is_found(title: str, theirs: Callable[[Case], list], deviations: Deviations) -> None:
    case = next(case for case in CASES if case.title == title)
    mine = transcript(theirs(case))
    changes = 0
    for path in {path for path in leaves(mine) if path[1] in ("status", "kind", "end", "events", "body")}:
        for change in ("other", "gone", "more"):
            other = copy.deepcopy(mine)
            *way, last = path
            place = at(other, way)
            if change == "gone" and isinstance(place, dict) and len(path) > 2:
                del place[last]
            elif change == "more" and isinstance(place, dict) and len(path) > 2:
                place["more"] = None
            elif change == "other":
                known = place[last]
                place[last] = not known if isinstance(known, bool) else 0.123 if known != 0.123 else 1
            else:
                continue
            if other != mine:
                changes += 1
                assert compare(mine, other, deviations), f"{change} at {path} was not found"
    for n, exchange in enumerate(mine):
        for m in range(len(exchange["events"] or [])):
            for change in ("left out", "twice", "swapped"):
                other = copy.deepcopy(mine)
                events = other[n]["events"]
                if change == "left out":
                    del events[m]
                elif change == "twice":
                    events.insert(m, copy.deepcopy(events[m]))
                elif m:
                    events[m - 1], events[m] = events[m], events[m - 1]
                if events != mine[n]["events"]:
                    changes += 1
                    assert compare(mine, other, deviations), f"event {m} {change} was not found"
    assert changes > 20


def answer(status: int, body: object = None, **more) -> list[dict]:
    request = ["one", {"type": "threads.list", "params": {}}]
    return [{"request": request, "status": status, "kind": "application/json", "end": "whole", "events": None, "body": body, "deviation": "not-found", **more}]


def test_a_deviation_allows_exactly_what_it_says(deviations: Deviations) -> None:
    error = {"error": {"code": "not_found", "message": "No.", "request_id": "r"}}
    own = Deviations(deviations.all)
    assert compare(answer(500), answer(404, error), own) == [] and own.used == {"not-found"}
    for reference, kaam in [
        (answer(200), answer(404, error)),
        (answer(500), answer(400, error)),
        (answer(500), answer(404, {"error": {**error["error"], "code": "invalid"}})),
        (answer(500), answer(404, {"error": {**error["error"], "message": ""}})),
        (answer(500), answer(404, {"error": {**error["error"], "cause": "x"}})),
        (answer(500), answer(404, "Not found")),
        (answer(500), answer(404, error, kind="text/plain")),
        (answer(500, deviation="nameless"), answer(404, error, deviation="nameless")),
        (answer(500, deviation="titles"), answer(404, error, deviation="titles")),
        (answer(500, deviation=None), answer(404, error, deviation=None)),
    ]:
        own = Deviations(deviations.all)
        assert compare(reference, kaam, own) != [] and own.used == set()


def test_meant_differences_are_allowed_in_their_places_only(deviations: Deviations) -> None:
    request = ["one", {"type": "threads.create", "params": {}}]

    def stream(*events: dict) -> list[dict]:
        return [{"request": request, "status": 200, "kind": "text/event-stream", "end": "whole", "events": list(events), "body": None, "deviation": None}]

    options = {"type": "stream_options"}
    plain, titled = {"type": "thread.updated", "thread": {"id": "1"}}, {"type": "thread.updated", "thread": {"id": "1", "title": "T"}}
    progress = {"type": "progress_update", "text": "x"}
    for mine, other, is_fine in [
        (stream(options), stream(options, titled), True),
        (stream(options, progress, plain), stream(options, titled, progress, titled), True),
        (stream(options, progress), stream(options, titled, progress), True),
        (stream(options, progress), stream(options, progress, titled), False),
        (stream(options), stream(options, titled, titled), False),
        (stream(options, titled), stream(options), False),
        (stream(progress), stream({**progress, "title": "T"}), False),
        (stream({**progress, "at": "<time, no zone>"}), stream({**progress, "at": "<time, UTC>"}), True),
        (stream({**progress, "at": "<time, UTC>"}), stream({**progress, "at": "<time, no zone>"}), False),
        (stream({**progress, "n": 1}), stream({**progress, "n": 1.0}), True),
        (stream({**progress, "n": 1}), stream({**progress, "n": True}), False),
        (stream({**progress, "n": 1}), stream({**progress, "n": "1"}), False),
    ]:
        assert (compare(mine, other, Deviations(deviations.all)) == []) is is_fine, (mine, other)


def test_deviations_need_a_reason_and_a_name() -> None:
    good = {"id": "a", "kind": "answer", "reason": "Because it is so, and must be so.", "reference": {}, "kaam": {}}
    assert Deviations.of([good]).stale() == ["a"]
    for wrong in [{**good, "reason": ""}, {**good, "reason": "Because."}, {**good, "kind": "any"}, {**good, "id": ""}]:
        with pytest.raises(DeviationsError):
            Deviations.of([wrong])
    with pytest.raises(DeviationsError):
        Deviations.of([good, good])
