"""The cases: what is done with both servers. Each is a function that takes a `Kit`; its number is its place here, its name is its sentence.

A case asserts what the protocol promises, so that two servers that are wrong alike are found as well.
"""

from collections.abc import Callable
from dataclasses import dataclass

from client import Kit


@dataclass(frozen=True)
class Case:
    number: int
    title: str
    run: Callable[[Kit], None]

    @property
    def id(self) -> str:
        return f"{self.number:03}-{self.title.replace(' ', '-').replace('`', '').replace(',', '').replace(':', '')}"


CASES: list[Case] = []


def case(title: str):
    def register(run: Callable[[Kit], None]) -> Callable[[Kit], None]:
        assert all(known.title != title for known in CASES), title
        CASES.append(Case(len(CASES) + 1, title, run))
        return run

    return register


# The order gives the numbers: new modules, and new cases in a module, come last where that is possible.
from cases import answers, widgets, threads, items, turns, cancel, refusals, attachments  # noqa: E402, F401
