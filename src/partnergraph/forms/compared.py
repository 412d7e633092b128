"""What a version of the strategy changes, as text."""

from collections.abc import Iterable

from partnergraph import names
from partnergraph.comparison import Comparison
from partnergraph.forms.text import clean
from partnergraph.words import word


def text(found: Comparison, language: str) -> str:
    """Return a comparison: the changed paragraphs with what they touch, then the flips."""
    return "\n".join(_lines(found, language)) + "\n"


def _lines(found: Comparison, language: str) -> Iterable[str]:
    def w(key: str, **parts: object) -> str:
        return word(key, language, **parts)

    yield w("flips.title", old=found.old, new=found.new)
    yield f"{w('flips.touched')}{w('colon')}"
    for paragraph, touched in found.touched.items():
        yield f"  {paragraph}: {', '.join(touched)}"
    for key in ("added", "altered", "withdrawn"):
        if rules := getattr(found, key):
            yield f"{w(f'flips.{key}')}{w('colon')} {', '.join(rules)}"
    yield w("flips.judged", n=found.records)
    if not found.flips:
        yield w("flips.none")
    for flip in found.flips:
        before, after = (w(f"outcome.{outcome}") for outcome in (flip.before, flip.after))
        because = f"{', '.join(flip.rules)} [{', '.join(flip.paragraphs)}]"
        yield f"{clean(flip.label)} ({names.shorten(flip.record)}): {before} → {after}"
        yield f"  {w('flips.because')} {because}"
