"""The words of reports and explanations in three languages, English where one is missing."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import yaml

from partnergraph.facts import LANGUAGES


@cache
def _words() -> dict[str, dict[str, str]]:
    path = Path(__file__).with_suffix(".yaml")
    found: dict[str, dict[str, str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def word(key: str, language: str, **parts: object) -> str:
    """Return a text in a language, with its parts filled in."""
    in_languages = _words()[key]
    return in_languages.get(language, in_languages["en"]).format(**parts)


def told(key: str, language: str, otherwise: str) -> str:
    """Return a text in a language, or another one where there is no such text."""
    return word(key, language) if key in _words() else otherwise


def missing() -> Iterable[tuple[str, str]]:
    """Yield each text that lacks a language, with that language."""
    for key, in_languages in _words().items():
        for language in LANGUAGES:
            if not in_languages.get(language):
                yield key, language
