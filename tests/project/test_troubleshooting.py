"""The page of troubleshooting explains every sentence that the tap can print."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]
TAP: Final = ROOT / "tap_kustomer"

# What a part of a message is that differs from case to case.
ANYTHING: Final = "…"
_FORMATTED: Final = re.compile(r"%(?:s|d|\.\df)")

# So many words are a sentence.
_WORDS: Final = 3

# Rooms whose sentences describe columns and settings.
_DESCRIBING: Final = ("config/settings.py", "shaping/", "singer/about.py", "streams/")

# Sentences that are part of no message.
_NO_MESSAGES: Final = (
    "Use --test to see",
    "() comes before ",
    "a path ends at a leaf",
    "task.fields",
    # Lines of the summary, which `docs/running.md` explains.
    "% of the searches that Kustomer grants",
    "… and … made of its rows",
    "stream (+ those made of its rows)",
    # The names of two settings.
    "organization and api_url",
    # The help of the command `tap-kustomer-login`, and the page that ends a sign-in.
    "Port of the redirect URI",
    "Scopes, separated by blanks",
    "Settings: client_id",
    "text/plain",
    # A mistake in a declaration.
    "can't be replaced by another one",
    # A pattern.
    "Tunnel connection failed",
)


@cache
def sentences() -> frozenset[str]:
    found = set()
    for file in TAP.rglob("*.py"):
        if not file.relative_to(TAP).as_posix().startswith(_DESCRIBING):
            found |= set(sentences_in(ast.parse(file.read_text(encoding="utf-8"))))
    return frozenset(text for text in found if not any(part in text for part in _NO_MESSAGES))


def sentences_in(tree: ast.Module) -> Iterator[str]:
    """Yield each text of a module that has several words, except docstrings."""
    passed_over = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            passed_over |= {id(part) for part in ast.walk(node) if part is not node}
        elif isinstance(node, ast.Expr):
            passed_over.add(id(node.value))
    for node in ast.walk(tree):
        text = text_of(node) if id(node) not in passed_over else ""
        if " " in text and len(re.findall(r"[a-z]{2,}", text)) >= _WORDS:
            yield text


def text_of(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _FORMATTED.sub(ANYTHING, node.value)
    if isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else ANYTHING for part in node.values)
        return "".join(map(str, parts))
    return ""


@cache
def quoted() -> list[str]:
    page = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    return re.findall(r"^\* `(.+)`$", page, re.MULTILINE)


def is_explained_by(fragment: str, sentence: str) -> bool:
    """Whether a sentence has these words, with anything where the fragment says so."""
    parts = [re.escape(part) for part in fragment.split(ANYTHING)]
    return re.search(".*".join(parts), sentence, re.DOTALL) is not None


def test_every_sentence_is_explained() -> None:
    """A new message needs a line in `docs/troubleshooting.md`; part of it is enough."""
    unexplained = [
        sentence
        for sentence in sorted(sentences())
        if not any(is_explained_by(fragment, sentence) for fragment in quoted())
    ]
    assert unexplained == []


def test_what_is_explained_can_be_printed() -> None:
    stale = [
        fragment
        for fragment in quoted()
        if not any(is_explained_by(fragment, sentence) for sentence in sentences())
    ]
    assert stale == []
