"""The list of cases in the README is the list of cases."""

from cases.__main__ import README, page


def test_the_readme_lists_the_cases() -> None:
    assert README.read_text(encoding="utf-8") == page(), "run `python -m cases`"
