"""From our files to a store: whole or not at all, and again only when something changed."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import ROOT
from partnergraph import catalogue, load, names, norms, rooms
from partnergraph.directory import StoreDirectory
from partnergraph.errors import PartnergraphError
from partnergraph.store import Store


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Our rooms in a folder of their own, so that a test can break them."""
    for room in ("ontology", "shapes", "queries", "data"):
        shutil.copytree(ROOT / room, tmp_path / "rooms" / room)
    monkeypatch.setattr(rooms, "root", lambda: tmp_path / "rooms")
    caches = (catalogue.questions, norms.current)
    for cache in caches:
        cache.cache_clear()
    yield tmp_path / "rooms"
    for cache in caches:
        cache.cache_clear()


def ensure(directory: StoreDirectory) -> bool:
    with directory.writing("the tests"):
        return load.ensure(directory)


@pytest.mark.slow
def test_nothing_is_done_again_until_a_file_changes(copy: Path, tmp_path: Path) -> None:
    directory = StoreDirectory(tmp_path / "store")
    assert ensure(directory)
    first = directory.current()
    assert not ensure(directory)
    assert directory.current() == first
    with (copy / "data" / "regions.csv").open("a", encoding="utf-8") as table:
        table.write("region:x,rdf:type,pg:Region,iri,paragraph:C31,stated,\n")
    assert ensure(directory)
    with directory.reading() as path:
        assert Store.open(path, writable=False).ask(f"ASK {{ <{names.ID}region/x> ?p ?o }}")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "content", "line"),
    [
        ("data/regions.csv", "", None),
        ("data/regions.csv", "subject,predicate\n", 1),
        ("data/regions.csv", ",".join(["subject", "predicate", "object", "type", "source",
         "status", "note"]) + "\nregion:x,rdf:typ e,pg:Region,iri,paragraph:C31,stated,\n", 2),
        ("ontology/scope.ttl", "@prefix pg: <http://x/> .\npg:a pg:b\n", 3),
        ("ontology/scope.ttl", "# nothing\n", None),
        ("shapes/scope.ttl", "oops", 1),
        ("queries/value-types.rq", "#+ title: [\nSELECT * {}", None),
    ],
)  # fmt: skip
def test_a_broken_file_is_named_and_leaves_the_store_as_it_was(
    copy: Path, tmp_path: Path, loaded: StoreDirectory, file: str, content: str, line: int | None
) -> None:
    directory = StoreDirectory(tmp_path / "store")
    shutil.copytree(loaded.path, directory.path)
    before = directory.current()
    (copy / file).write_text(content, encoding="utf-8")
    with pytest.raises(PartnergraphError) as caught:
        ensure(directory)
    assert caught.value.where.file == file
    assert caught.value.where.line == line
    assert directory.current() == before
    assert [p.name for p in before.parent.iterdir()] == [before.name]


def test_a_missing_room_is_an_error(copy: Path, tmp_path: Path) -> None:
    shutil.rmtree(copy / "shapes")
    with pytest.raises(PartnergraphError, match="shapes"):
        ensure(StoreDirectory(tmp_path / "store"))


def test_the_default_graph_holds_each_public_statement_once(store: Store) -> None:
    public = {
        row["g"].value
        for row in store.select(
            f"SELECT ?g {{ GRAPH <{names.MANIFEST}> {{ ?g <{names.NS}inDefaultGraph> true }} }}"
        )
    }
    assert public == set(load.digests())
    named = {q.triple for graph in (*public, names.MANIFEST) for q in store.quads(graph)}
    default = [q.triple for q in store.quads()]
    assert len(default) == len(named)
    assert set(default) == named


def test_each_file_fills_a_graph_of_its_own(store: Store) -> None:
    for room in (*rooms.ontology(), *rooms.shapes(), *rooms.data()):
        assert sum(1 for _ in store.quads(room.graph)) > 0
    names_ = [room.graph for room in (*rooms.ontology(), *rooms.shapes(), *rooms.data())]
    assert len(names_) == len(set(names_))


@pytest.mark.slow
def test_what_a_user_loaded_survives_a_new_load_of_ours(copy: Path, tmp_path: Path) -> None:
    directory = StoreDirectory(tmp_path / "store")
    ensure(directory)
    file = tmp_path / "mine.ttl"
    file.write_text("<http://x/a> <http://x/b> 1 .")
    with directory.writing("the tests"), directory.commit() as target:
        load.load_files(target, [(file, load.graph_for(file))], replace=False)
    with (copy / "ontology" / "scope.ttl").open("a", encoding="utf-8") as module:
        module.write("# a remark\n")
    assert ensure(directory)
    with directory.reading() as path:
        assert Store.open(path, writable=False).has_graph(names.GRAPH + "loaded/mine")


def test_our_own_partnerships_are_judged_and_the_findings_can_be_asked_for(store: Store) -> None:
    found = load.own_report(store)
    assert {v.outcome for v in found.verdicts} == {"not-yet", "not-covered"}
    results = store.select(
        f"SELECT ?r WHERE {{ GRAPH <{names.FINDINGS}> {{ ?r a <{names.SH}ValidationResult> }} }}"
    )
    assert len(results) == len(found.findings()) > 0
    gaps = {f.rule for v in found.verdicts if v.record.endswith("/iccwc") for f in v.findings}
    # Box 1 tells of the five partners, and of no risk that they share.
    assert "S12-shared-risk" in gaps
    assert "S12-secretariat" not in gaps
