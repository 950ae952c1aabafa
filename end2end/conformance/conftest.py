"""The servers, started once, and what all cases have shown together."""

import os
from dataclasses import dataclass, field
from itertools import count

import pytest

import servers
from cases import CASES, Case
from client import Exchange, Kit, Server
from compare import Deviations

RUNS = count(1)


@dataclass
class Shown:
    """What was seen of Kaam in this run."""

    cases: set[int] = field(default_factory=set)
    exchanges: list[Exchange] = field(default_factory=list)
    stored: set[str] = field(default_factory=set)


def play(case: Case, server: Server) -> list[Exchange]:
    """Does a case with a server, and gives what was said."""
    kit = Kit(server, gates=f"gate {next(RUNS)}")
    case.run(kit)
    return kit.transcript


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("case", CASES, ids=lambda case: case.id)


@pytest.fixture(scope="session")
def shown() -> Shown:
    return Shown()


@pytest.fixture(scope="session")
def deviations() -> Deviations:
    return Deviations.read(servers.HERE / "deviations.toml")


@pytest.fixture(scope="session")
def reference():
    with servers.reference() as server:
        yield server


@pytest.fixture(scope="session")
def theirs(reference: Server):
    """What the reference says to a case; asked once."""
    known: dict[int, list[Exchange]] = {}

    def of(case: Case) -> list[Exchange]:
        if case.number not in known:
            known[case.number] = play(case, reference)
        return known[case.number]

    return of


@pytest.fixture(scope="session")
def kaams():
    binary = os.environ.get("KAAM_CONFORMANCE_BINARY")
    if not binary:
        pytest.skip("KAAM_CONFORMANCE_BINARY names no test server of Kaam")
    with servers.scripted(binary) as both:
        yield both


@pytest.fixture(scope="session")
def kaam(kaams) -> Server:
    return kaams[0]


@pytest.fixture(scope="session")
def assistant(request: pytest.FixtureRequest):
    """Kaam with the assistant that people get: the binary of KAAM_BINARY, or else the test server's."""
    binary = os.environ.get("KAAM_BINARY")
    if not binary:
        yield request.getfixturevalue("kaams")[1]
        return
    with servers.normal(binary) as server:
        yield server
