"""Changes of terms: what users loaded is rewritten, and records are told what is outdated.

Every kind of change has a made-up example here: a term renamed, two merged, one split, one
withdrawn, and a value written in another way.
"""

import shutil
from pathlib import Path

import pytest

from conftest import ROOT
from partnergraph import __version__, load, names, records, rooms, upgrades
from partnergraph.directory import StoreDirectory
from partnergraph.errors import StoreError
from partnergraph.store import Iri, Literal, Quad, Store, parse

PREFIXES = """
PREFIX pg: <https://w3id.org/partnergraph/ns#>
PREFIX ex: <https://example.org/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
MINE = names.GRAPH + "loaded/mine"

CHANGES = {
    "renamed": (
        "DELETE { ?s pg:partnerOf ?o } INSERT { ?o pg:hasPartner ?s } WHERE { ?s pg:partnerOf ?o }",
        "ex:a pg:partnerOf ex:p .",
        "ex:p pg:hasPartner ex:a .",
    ),
    "merged": (
        "DELETE { ?s a ?old } INSERT { ?s a pg:Plan } WHERE "
        "{ VALUES ?old { pg:Roadmap pg:Workplan } ?s a ?old }",
        "ex:a a pg:Roadmap . ex:b a pg:Workplan .",
        "ex:a a pg:Plan . ex:b a pg:Plan .",
    ),
    "split": (
        "DELETE { ?s pg:period ?v } INSERT { ?s pg:startDate ?from ; pg:endDate ?to } WHERE "
        "{ ?s pg:period ?v BIND(STRDT(STRBEFORE(?v, '/'), xsd:gYear) AS ?from) "
        "BIND(STRDT(STRAFTER(?v, '/'), xsd:gYear) AS ?to) }",
        "ex:a pg:period '2021/2025' .",
        "ex:a pg:startDate '2021'^^xsd:gYear ; pg:endDate '2025'^^xsd:gYear .",
    ),
    "withdrawn": (
        "DELETE { ?s pg:score ?v } WHERE { ?s pg:score ?v }",
        "ex:a pg:score 3 ; pg:count 2 .",
        "ex:a pg:count 2 .",
    ),
    "written otherwise": (
        "DELETE { ?s pg:coreMandate ?v } INSERT { ?s pg:coreMandate ?new } WHERE "
        "{ ?s pg:coreMandate ?v FILTER(?v IN ('yes', 'no')) "
        "BIND(IF(?v = 'yes', true, false) AS ?new) }",
        "ex:a pg:coreMandate 'yes' .",
        "ex:a pg:coreMandate true .",
    ),
}


def turtle(text: str) -> list[Quad]:
    return parse((PREFIXES + text).encode(), "turtle")


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Our rooms in a folder of their own, as those of version 0.2.0."""
    for room in ("ontology", "shapes", "queries", "data"):
        shutil.copytree(ROOT / room, tmp_path / "rooms" / room)
    monkeypatch.setattr(rooms, "root", lambda: tmp_path / "rooms")
    monkeypatch.setattr(upgrades, "__version__", "0.2.0")
    monkeypatch.setattr(load, "__version__", "0.2.0")
    (tmp_path / "rooms" / "ontology" / "upgrades").mkdir(exist_ok=True)
    return tmp_path / "rooms"


@pytest.mark.parametrize("kind", CHANGES)
@pytest.mark.slow
def test_a_users_graph_is_rewritten_when_the_store_is_brought_up_to_date(
    copy: Path, tmp_path: Path, loaded: StoreDirectory, kind: str
) -> None:
    update, before, after = CHANGES[kind]
    (copy / "ontology" / "upgrades" / "0.2.0.ru").write_text(PREFIXES + update)
    directory = StoreDirectory(tmp_path / "store")
    shutil.copytree(loaded.path, directory.path)
    with directory.writing("the tests"), directory.commit() as store:
        store.add(Quad(q.subject, q.predicate, q.object, Iri(MINE)) for q in turtle(before))
    said: list[str] = []
    with directory.writing("the tests"):
        assert load.ensure(directory, said.append)
    assert "upgraded what users loaded to version 0.2.0" in said
    with directory.reading() as path:
        found = Store.open(path, writable=False)
        assert {q.triple for q in found.quads(MINE)} == {q.triple for q in turtle(after)}
        assert upgrades.version(found) == "0.2.0"
    with directory.writing("the tests"):
        assert not load.ensure(directory)


def test_a_broken_update_changes_nothing(
    copy: Path, tmp_path: Path, loaded: StoreDirectory
) -> None:
    (copy / "ontology" / "upgrades" / "0.2.0.ru").write_text("DELETE oops")
    directory = StoreDirectory(tmp_path / "store")
    shutil.copytree(loaded.path, directory.path)
    with directory.writing("the tests"), directory.commit() as store:
        store.add(
            Quad(q.subject, q.predicate, q.object, Iri(MINE)) for q in turtle("ex:a a ex:B .")
        )
    before = directory.current()
    with directory.writing("the tests"), pytest.raises(SyntaxError):
        load.ensure(directory)
    assert directory.current() == before


def test_updates_are_taken_in_the_order_of_their_versions(copy: Path) -> None:
    folder = copy / "ontology" / "upgrades"
    for version in ("0.10.0", "0.2.0", "0.1.0", "1.0.0"):
        (folder / f"{version}.ru").write_text("")
    assert [path.stem for path in upgrades.pending("0.1.0")] == ["0.2.0", "0.10.0", "1.0.0"]


def test_a_store_of_a_later_version_is_refused(loaded: StoreDirectory, tmp_path: Path) -> None:
    directory = StoreDirectory(tmp_path / "store")
    shutil.copytree(loaded.path, directory.path)
    manifest = Iri(names.MANIFEST)
    with directory.writing("the tests"), directory.commit() as store:
        store.update(
            f"DELETE WHERE {{ GRAPH {manifest} {{ {manifest} <{names.OWL}versionInfo> ?v }} }}"
        )
        store.add([Quad(manifest, Iri(names.OWL + "versionInfo"), Literal("9.0.0"), manifest)])
    with directory.writing("the tests"), pytest.raises(StoreError) as caught:
        load.ensure(directory)
    assert "9.0.0" in caught.value.detail
    assert caught.value.hint


def test_a_store_says_which_version_made_it(store: Store) -> None:
    assert upgrades.version(store) == __version__


def test_a_record_that_uses_a_deprecated_term_is_told_its_successor() -> None:
    store = Store.in_memory()
    store.add(
        turtle(
            "pg:partnerOf <http://www.w3.org/2002/07/owl#deprecated> true ; "
            "<http://purl.org/dc/terms/isReplacedBy> pg:hasPartner . "
            "pg:Partnership a ex:Class . pg:hasPartner a ex:Property ."
        )
    )
    text = PREFIXES + "ex:p a pg:Partnership . ex:a pg:partnerOf ex:p ."
    read = records.read(text.encode(), "turtle", "r.ttl", store)
    assert read.outdated == ("pg:partnerOf is deprecated; write pg:hasPartner",)
    newer = text.replace("ex:a pg:partnerOf ex:p", "ex:p pg:hasPartner ex:a")
    assert records.read(newer.encode(), "turtle", "r.ttl", store).outdated == ()
