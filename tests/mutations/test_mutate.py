"""How a mistake is made: by structure, whatever the layout and the comments are."""

from __future__ import annotations

import pytest

from support.mutate import mutate

SOURCE = '''
LIMIT: int = 5

class Counter:
    def add(self, by):
        """Add by."""
        if (self.count  # What is there.
                + by) > LIMIT:
            return
        self.count += by
        self.count += by

    def reset(self):
        self.count = 0

def outer(by):
    def inner():
        return by + 1
    return by + 1 if inner() else f"{by + 1}"
'''


def test_an_expression_is_found_by_its_structure() -> None:
    mutated = mutate(SOURCE, "Counter.add", "self.count + by > LIMIT", "False")

    assert "if False:" in mutated


def test_statements_are_replaced_as_a_whole() -> None:
    mutated = mutate(SOURCE, "Counter.add", "self.count += by\nself.count += by", "pass")

    assert "self.count += by" not in mutated


def test_an_expression_within_a_text_is_found_too() -> None:
    source = 'def say(by):\n    return f"{by + 1}"\n'

    assert "{by + 2}" in mutate(source, "say", "by + 1", "by + 2")


def test_a_function_within_a_function_is_a_place() -> None:
    assert "return by + 2" in mutate(SOURCE, "outer.inner", "by + 1", "by + 2")


def test_a_mutation_can_name_a_constant() -> None:
    assert "LIMIT: int = 6" in mutate(SOURCE, "LIMIT", "5", "6")


def test_an_unknown_place_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"there is no Counter\.sub"):
        mutate(SOURCE, "Counter.sub", "by", "1")


@pytest.mark.parametrize(("right", "times"), [("self.count += by", 2), ("self.count -= by", 0)])
def test_code_that_is_not_found_exactly_once_is_an_error(right: str, times: int) -> None:
    with pytest.raises(ValueError, match=f"has {times} times"):
        mutate(SOURCE, "Counter.add", right, "pass")
