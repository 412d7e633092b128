"""Made-up records are marked as such and stay out of the store and of what it exports."""

from pathlib import Path

import pytest
from rdflib import RDF, SKOS, Graph, Literal, URIRef

from partnergraph import export, load, names, rooms
from partnergraph.store import Store, parse

FOLDER = rooms.root() / "data" / "examples"
FILES = sorted([*FOLDER.glob("*.ttl"), *FOLDER.glob("records/*.ttl")])
MADE_UP = URIRef(names.NS + "madeUp")
SPACE = f"{names.ID}example/"


def unmarked(told: Graph) -> list[str]:
    """The named records without the mark, outside the made-up space, or with a plain name."""
    found = []
    for thing in set(told.subjects()):
        if not isinstance(thing, URIRef):
            continue
        if not str(thing).startswith(SPACE):
            found.append(f"{names.shorten(thing)} is no example")
        if (thing, MADE_UP, Literal(True)) not in told:
            found.append(f"{names.shorten(thing)} pg:madeUp")
    found += [
        f"{label} is a plain name"
        for label in told.objects(None, SKOS.prefLabel)
        if not str(label).startswith("Made-up example: ")
    ]
    return sorted(found)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_record_says_that_it_is_made_up(file: Path) -> None:
    assert file.suffix == ".ttl"
    told = Graph().parse(file)
    assert set(told.subjects(RDF.type, None))
    assert unmarked(told) == []


def test_a_record_without_the_mark_is_found() -> None:
    told = Graph().parse(
        data=f"""@prefix pg: <{names.NS}> . @prefix skos: <{SKOS}> . @prefix e: <{SPACE}> .
        e:a a pg:Partnership ; skos:prefLabel "Made-up example: A"@en .
        e:b a pg:Partnership ; pg:madeUp false .
        <{names.ID}partnership/iccwc> pg:madeUp true ; skos:prefLabel "ICCWC"@en ."""
    )
    assert unmarked(told) == [
        "ICCWC is a plain name",
        "example:a pg:madeUp",
        "example:b pg:madeUp",
        "partnership:iccwc is no example",
    ]


def test_no_room_of_the_store_is_an_example() -> None:
    read = [*rooms.ontology(), *rooms.shapes(), *rooms.data(), *rooms.queries()]
    assert not {room.path for room in read} & set(FILES)
    assert not any("example" in graph for graph in load.digests())


def test_the_store_holds_no_made_up_thing(store: Store) -> None:
    found = f"""ASK {{
      {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }}
      FILTER(STRSTARTS(STR(?s), "{SPACE}") || ?p = <{MADE_UP}>)
    }}"""
    assert not store.ask(found)
    seeded = Store.in_memory()
    seeded.add(parse(FILES[0].read_bytes(), "turtle", FILES[0].name))
    assert seeded.ask(found)


@pytest.mark.parametrize("format_", ["nquads", "trig"])
def test_no_export_holds_a_made_up_thing(format_: str, store: Store) -> None:
    assert SPACE.encode() not in export.export(store, format_).replace(
        f"@prefix example: <{SPACE}> .".encode(), b""
    )


def test_an_export_with_a_made_up_thing_would_be_seen() -> None:
    seeded = Store.in_memory()
    graph = load.graph_for(FILES[0])
    load.load_files(seeded, [(FILES[0], graph)], replace=False)
    assert SPACE.encode() in export.export(seeded, "nquads")
