"""Each Turtle file of ours is in the one order, and that order loses nothing."""

import random
import subprocess
import sys
from pathlib import Path

import pytest
from rdflib import Graph

from partnergraph import rooms
from partnergraph.errors import RefusedError, UnreadableInputError
from partnergraph.store import canonical as same
from partnergraph.store import parse
from partnergraph.turtle import canonical

PATTERNS = (
    "ontology/*.ttl",
    "ontology/schemes/*.ttl",
    "ontology/checks/*.ttl",
    "shapes/*.ttl",
    "data/examples/*.ttl",
    "data/examples/*/*.ttl",
)
FILES = [path for pattern in PATTERNS for path in sorted(rooms.root().glob(pattern))]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_the_file_is_in_the_one_order(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert canonical(text, file.name) == text


@pytest.mark.parametrize("file", FILES[:4] + FILES[-4:], ids=lambda file: file.stem)
def test_the_order_does_not_depend_on_how_the_file_was_written(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    lines = sorted(Graph().parse(data=text, format="turtle").serialize(format="nt").splitlines())
    head = "".join(f"{line}\n" for line in text.splitlines() if line.startswith(("#", "@prefix")))
    random.Random(7).shuffle(lines)
    assert canonical(head + "\n".join(lines)) == text


PREFIXES = "@prefix e: <https://example.org/> .\n"


@pytest.mark.parametrize(
    "body",
    [
        "e:a e:b ( 1 2.50 e:c ( ) [ e:d ( [ ] [ e:x 1.0 ] ) ] ) .",
        '[] e:b "two\\nlines with \\"marks\\" and \\\\n"@en , "tab\\t" , "05"^^e:code .',
        'e:a e:b "2024"^^<http://www.w3.org/2001/XMLSchema#gYear> , -7 , -0.5 , true .',
        'e:a e:b "# no comment" , <https://example.org/x#y> , <https://example.org/a(b)> .',
        "e:b.c e:d-e e:1.2.3 , e:_f , <https://example.org/ends.> .",
        '[ a e:K ] e:p [ e:p "a" ] , [ e:p "b" ] .',
    ],
)
def test_nothing_is_lost(body: str) -> None:
    text = PREFIXES + body
    written = canonical(text)
    assert same(parse(written.encode(), "turtle")) == same(parse(text.encode(), "turtle"))
    assert canonical(written) == written


def test_equal_blank_nodes_are_written_as_often_as_they_stand() -> None:
    written = canonical(PREFIXES + 'e:a e:p [ e:q "a" ] , [ e:q "a" ] .')
    assert written.count('[ e:q "a" ]') == 2


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("e:a e:b e:c .\n# a reason\ne:d e:b e:c .", RefusedError),
        ("e:a e:b e:c . # a reason", RefusedError),
        ("e:a e:b _:x . e:c e:b _:x .", RefusedError),
        ("_:x e:b _:y . _:y e:b _:x .", RefusedError),
        ("e:a e:b 007 .", RefusedError),
        ("e:a e:b .", UnreadableInputError),
    ],
)
def test_what_has_no_place_is_refused_and_not_dropped(body: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        canonical(PREFIXES + body, "some.ttl")


def test_comments_stay_on_top_and_prefixes_are_those_in_use() -> None:
    written = canonical(
        "@prefix a: <https://a.example/> .\n# One.\n#\n# Two.\n" + PREFIXES + "e:s e:p 'a:b'."
    )
    assert written == f'# One.\n#\n# Two.\n\n{PREFIXES}\ne:s e:p "a:b" .\n'


def test_the_command_rewrites_or_only_tells(tmp_path: Path) -> None:
    file = tmp_path / "some.ttl"
    file.write_text(PREFIXES + "e:b e:p 1 . e:a e:p 2 .", encoding="utf-8")

    def run(*arguments: str) -> tuple[int, str]:
        ended = subprocess.run(
            [sys.executable, "-m", "partnergraph.turtle", *arguments, str(file)],
            capture_output=True,
            text=True,
            check=False,
        )
        return ended.returncode, ended.stdout

    before = file.read_text(encoding="utf-8")
    assert run("--check") == (1, f"{file}\n")
    assert file.read_text(encoding="utf-8") == before
    assert run() == (0, "")
    assert file.read_text(encoding="utf-8") == f"{PREFIXES}\ne:a e:p 2 .\n\ne:b e:p 1 .\n"
    assert run("--check") == (0, "")
