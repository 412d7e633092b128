"""Judging data by a plan: read, noting what the store would rewrite, load, ask.

Data come as statements or as a file; shapes that are not compiled are left to pySHACL.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from partnergraph.shacl import literals
from partnergraph.shacl.plan import Plan, ask, hierarchy
from partnergraph.shacl.results import Result
from partnergraph.store import Quad, Store, parse_from

THREADS = 2


def validate(plan: Plan, quads: Iterable[Quad], threads: int = 1) -> list[Result]:
    """Judge statements, whatever graph they are in.

    Args:
        plan: the shapes.
        quads: the data.
        threads: how many queries are asked at once.

    Raises:
        ShapesError: a shape is ill-formed.
    """
    store = Store.in_memory()
    reader = literals.Reader()
    store.add(Quad(q.subject, q.predicate, q.object) for q in reader.read(quads))
    return list(_judge(plan, store, threads, exact=reader.stood_in))


def validate_file(
    plan: Plan, path: Path, format_: str = "ntriples", threads: int = THREADS
) -> Iterator[Result]:
    """Judge a file of RDF, whatever graph its statements are in.

    Args:
        plan: the shapes.
        path: the file.
        format_: its format.
        threads: how many queries are asked at once.

    Raises:
        ShapesError: a shape is ill-formed.
        UnreadableInputError: the file cannot be read.
    """
    store = Store.in_memory()
    exact = read_file(store, path, format_)
    yield from _judge(plan, store, threads, exact=exact)


def read_file(store: Store, path: Path, format_: str = "ntriples") -> bool:
    """Read a file of RDF into the default graph of a store, exactly as it is written.

    Args:
        store: the store.
        path: the file; whatever graph its statements are in.
        format_: its format; N-Triples are read quickest.

    Returns:
        Whether there are stand-ins for literals that the store would rewrite.

    Raises:
        UnreadableInputError: the file cannot be read.
    """
    if format_ == "ntriples":
        with path.open("rb") as file:
            written = literals.Rewritten(file)
            store.read(written, format_, str(path))
        return written.stood_in
    reader = literals.Reader()
    with path.open("rb") as file:
        found = parse_from(file, format_, str(path))
        store.add(Quad(q.subject, q.predicate, q.object) for q in reader.read(found))
    return reader.stood_in


def _judge(plan: Plan, store: Store, threads: int, *, exact: bool = False) -> Iterator[Result]:
    written = plan.queries(hierarchy(store), exact=exact, marking=True)
    for update in written.marks:
        store.update(update)
    if any(select.reads_shapes for select in written.selects):
        store.add(plan.as_quads())
    for _, results in ask(store, written.selects, threads):
        yield from results
