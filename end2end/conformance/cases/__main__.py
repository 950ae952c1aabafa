"""Writes the list of cases into README.md: `python -m cases` in the folder above."""

from pathlib import Path

from cases import CASES

MARK = "<!-- cases -->"
README = Path(__file__).parent.parent / "README.md"


def listed() -> str:
    modules: dict[str, list[str]] = {}
    for case in CASES:
        modules.setdefault(case.run.__module__.removeprefix("cases."), []).append(f"{case.number:03} {case.title}")
    parts = [f"`cases/{module}.py`\n\n```text\n" + "\n".join(lines) + "\n```" for module, lines in modules.items()]
    return "\n\n".join(parts) + "\n"


def page() -> str:
    head, _, _ = README.read_text(encoding="utf-8").partition(MARK)
    return f"{head}{MARK}\n\n{listed()}"


if __name__ == "__main__":
    README.write_text(page(), encoding="utf-8")
