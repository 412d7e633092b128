"""From files to a store: one named graph for each file, then what follows, then what fails.

The graphs of a loaded store::

    graph/{file}      one for each file of ours, with a hash of it in the manifest
    graph/questions   the catalogue of questions
    graph/inferred    what follows from ontology and data
    graph/findings    what the rules find in our own records
    graph/manifest    which graph was made from what
    default graph     a copy of all of these
    graph/void        what the default graph holds, counted
    any other         what a user loaded; asked by its name only
"""

import datetime
import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from partnergraph import (
    __version__,
    catalogue,
    facts,
    names,
    reason,
    records,
    report,
    rooms,
    upgrades,
    validation,
    void,
)
from partnergraph.directory import StoreDirectory
from partnergraph.errors import StoreError, UnreadableInputError, Where
from partnergraph.norms import Norm
from partnergraph.store import Iri, Literal, Quad, Store, parse

Progress = Callable[[str], None]

_HASH = Iri(names.NS + "contentHash")
_PUBLIC = Iri(names.NS + "inDefaultGraph")


def read_room(room: rooms.Room) -> list[Quad]:
    """Return what one of our files says, in its graph.

    Raises:
        UnreadableInputError: with file and line, for an empty or broken file.
    """
    content = room.read()
    if not content.strip():
        raise UnreadableInputError("the file is empty", where=Where(room.name))
    if room.path.suffix == ".csv":
        return list(facts.read(content, room.name, room.graph))
    graph = Iri(room.graph)
    quads = [
        Quad(q.subject, q.predicate, q.object, graph) for q in parse(content, "turtle", room.name)
    ]
    if not quads:
        raise UnreadableInputError("the file holds no statement", where=Where(room.name))
    return quads


def digests() -> dict[str, str]:
    """Return for each public graph the hash of what it is made from."""
    found = {
        room.graph: room.digest()
        for room in (*rooms.ontology(), *rooms.texts(), *rooms.shapes(), *rooms.data())
    }
    asked = hashlib.sha256(b"".join(room.read() for room in rooms.queries()))
    found[names.CATALOGUE] = asked.hexdigest()
    here = Path(__file__).parent
    code = "".join(
        hashlib.sha256((here / name).read_bytes()).hexdigest()
        for name in (
            *(f"shacl/{file.name}" for file in sorted((here / "shacl").glob("*.py"))),
            "compiled.py",
            "facts.py",
            "load.py",
            "norms.py",
            "reason.py",
            "reason.ru",
            "report.py",
            "sight.py",
            "validation.py",
            "verdicts.py",
            "void.py",
        )
    )
    together = hashlib.sha256((code + "".join(sorted(found.values()))).encode()).hexdigest()
    return {**found, names.INFERRED: together, names.FINDINGS: together}


def is_fresh(store: Store) -> bool:
    """Say whether a store holds our graphs as the files are now."""
    if upgrades.version(store) != __version__:
        return False
    rows = store.select(
        f"SELECT ?g ?h WHERE {{ GRAPH <{names.MANIFEST}> {{ ?g {_HASH} ?h ; {_PUBLIC} true }} }}"
    )
    return {row["g"].value: row["h"].value for row in rows} == digests()


def fill(store: Store, progress: Progress = lambda _: None) -> None:
    """Put our graphs into a store, in place of those it has; graphs of users stay.

    Raises:
        UnreadableInputError: with file and line, for a file that cannot be read.
    """
    progress("reading ontology, rules, questions and data")
    ontology = [quad for room in rooms.ontology() for quad in read_room(room)]
    texts = [quad for room in rooms.texts() for quad in read_room(room)]
    shapes = [quad for room in rooms.shapes() for quad in read_room(room)]
    data = [quad for room in rooms.data() for quad in read_room(room)]
    old = [
        row["g"].value
        for row in store.select(
            f"SELECT ?g WHERE {{ GRAPH <{names.MANIFEST}> {{ ?g {_PUBLIC} true }} }}"
        )
    ]
    if since := upgrades.version(store):
        theirs = [g for g in store.graphs() if g not in {*old, names.MANIFEST, names.VOID}]
        for version in upgrades.upgrade(store, since, theirs):
            progress(f"upgraded what users loaded to version {version}")
    for graph in (*old, names.MANIFEST, names.VOID, None):
        store.drop(graph)

    def put(quads: Iterable[Quad]) -> None:
        quads = list(quads)
        store.add(quads)
        store.add(Quad(q.subject, q.predicate, q.object) for q in quads)

    put(ontology)
    put(texts)
    put(shapes)
    put(data)
    put(catalogue.as_quads())
    progress("working out what follows")
    told = [quad for quad in data if not _is_provenance(quad)]
    put(_derived(reason.derive(ontology, told)))
    put(_manifest())
    progress("checking our own records by the rules")
    put(report.as_quads(own_report(store), names.FINDINGS))
    store.add(list(void.quads(store)))


def own_report(
    store: Store,
    norm: Norm | None = None,
    *,
    on: datetime.date | None = None,
    detailed: bool = False,
    engine: report.Engine = "compiled",
) -> report.Report:
    """Judge the partnerships and the documents of our own data."""
    quads = [
        Quad(q.subject, q.predicate, q.object)
        for table in ("partnerships", "documents")
        for q in store.quads(names.GRAPH + table)
        if not _is_provenance(q)
    ]
    record = records.Record("data/partnerships.csv", quads)
    return validation.judge(store, record, norm=norm, on=on, detailed=detailed, engine=engine)


def _derived(derived: dict[Quad, str]) -> Iterator[Quad]:
    """Yield what follows, each with a statement that names the rule it follows by."""
    graph = Iri(names.INFERRED)
    for quad, rule in derived.items():
        yield Quad(quad.subject, quad.predicate, quad.object, graph)
        yield from facts.statement(
            (quad.subject, quad.predicate, quad.object),
            key=f"{quad} {rule}",
            sources=[names.INFERRED],
            status="inferred",
            note=f"follows by the rule {rule} of OWL 2 RL",
            graph=graph,
        )


def _is_provenance(quad: Quad) -> bool:
    return isinstance(quad.subject, Iri) and quad.subject.value.startswith(names.STATEMENT)


def _manifest() -> list[Quad]:
    graph, boolean = Iri(names.MANIFEST), Iri(names.XSD + "boolean")
    quads = []
    for name, digest in digests().items():
        node = Iri(name)
        quads += [
            Quad(node, Iri(names.RDF + "type"), Iri(names.NS + "AuditedGraph"), graph),
            Quad(node, _HASH, Literal(digest), graph),
            Quad(node, _PUBLIC, Literal("true", datatype=boolean), graph),
        ]
    return [*quads, upgrades.stamp()]


def ensure(directory: StoreDirectory, progress: Progress = lambda _: None) -> bool:
    """Bring the store on disk up to date with our files; say whether it had to change.

    The caller is the writer of the directory.

    Raises:
        StoreError: the store is a scratch store whose default graph is its users'.
    """
    if directory.exists():
        with directory.reading() as path:
            store = Store.open(path, writable=False)
            if is_fresh(store):
                return False
            if not store.has_graph(names.MANIFEST) and next(store.quads(), None):
                raise StoreError(
                    f"the default graph in {directory.path} is not ours and would be replaced",
                    hint="Set scratch to serve it, or name another store with --store",
                )
    with directory.commit() as store:
        fill(store, progress)
    return True


def graph_for(file: Path) -> str:
    """Return the graph that a user's file fills unless told otherwise."""
    return names.GRAPH + "loaded/" + file.stem


def load_files(store: Store, files: list[tuple[Path, str]], *, replace: bool) -> dict[str, int]:
    """Load users' RDF files into named graphs and return the statements read for each graph.

    Raises:
        StoreError: a graph is one of ours, or is there already and is not to be replaced.
        UnreadableInputError: with file, line and column; the store is then unchanged if the
            caller drops it, as :meth:`StoreDirectory.commit` does.
    """
    ours = {*digests(), names.MANIFEST, names.VOID}
    counts: dict[str, int] = {}
    for file, graph in files:
        if graph in ours:
            raise StoreError(
                f"{names.shorten(graph)} is one of our own graphs",
                hint="Choose another name with --graph",
            )
        if graph not in counts and store.has_graph(graph):
            if not replace:
                raise StoreError(
                    f"the graph {names.shorten(graph)} is there already",
                    hint="Replace it with --replace, or choose another name with --graph",
                )
            store.drop(graph)
        content = file.read_bytes()
        if not content.strip():
            raise UnreadableInputError("the file is empty", where=Where(str(file)))
        quads = parse(content, records.format_of(file.name), str(file), base=graph + "/")
        if not quads:
            raise UnreadableInputError("the file holds no statement", where=Where(str(file)))
        store.add(Quad(q.subject, q.predicate, q.object, Iri(graph)) for q in quads)
        counts[graph] = counts.get(graph, 0) + len(quads)
    return counts
