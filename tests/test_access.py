"""Strangers' queries in children: each may be stopped, and none hurts the next."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from partnergraph.access import Access
from partnergraph.directory import StoreDirectory
from partnergraph.errors import LimitError, PartnergraphError, RefusedError
from partnergraph.pool import Job, Ticket
from partnergraph.settings import Settings
from partnergraph.store import Iri, Literal, Quad

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Access]:
    """A store of 2,000 statements, asked within tight limits."""
    directory = StoreDirectory(tmp_path / "store")
    with directory.writing("the tests"), directory.commit() as store:
        store.add(
            Quad(Iri(f"http://x/{n}"), Iri("http://x/p"), Literal(str(n))) for n in range(2000)
        )
    limits = Settings(query_seconds=4, query_mib=256, result_mib=1, waiting_seconds=0.5)
    access = Access(directory, limits)
    yield access
    access.close()


def count(access: Access) -> int:
    _, rows = access.rows(COUNT)
    return int(rows[0]["n"]["value"])


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (RUNAWAY, "longer than 4 s"),
        ("SELECT * { ?a ?b ?c . ?d ?e ?f }", "longer than 1,048,576 bytes"),
        (
            'SELECT (STRLEN(?x33) AS ?n) { BIND("aaaaaaaa" AS ?x0) '
            + " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(33))
            + " }",
            "memory",
        ),
    ],
)
def test_a_query_past_a_limit_is_stopped_and_the_limit_named(
    small: Access, query: str, words: str
) -> None:
    with pytest.raises(LimitError, match=words):
        b"".join(small.query(query))
    assert count(small) == 2000


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "xml"])
def test_what_is_left_of_a_stopped_answer_gets_into_no_other(small: Access, form: str) -> None:
    """A child is kept after a limit on the answer, so its pipe must be clean."""
    for _ in range(3):
        with pytest.raises(LimitError, match="bytes"):
            b"".join(small.query("SELECT * { ?a ?b ?c . ?d ?e ?f }", result_format=form))
        assert count(small) == 2000


def test_a_query_that_crashes_its_process_costs_that_query_only(small: Access) -> None:
    """The guard would refuse it; here it goes to a child all the same."""
    path = str(small.directory.current())
    about: dict[str, object] = {
        "path": path, "result_format": "json", "graph_format": "turtle",
        "default_graphs": [], "named_graphs": [], "raw": False, "base": "",
    }  # fmt: skip
    bomb = b"SELECT * " + b"{" * 2200 + b"}" * 2200
    with pytest.raises(PartnergraphError):
        b"".join(small.pool.run(Job("query", about, bomb, 5)))
    assert count(small) == 2000


def test_a_client_sees_its_own_acknowledged_write(small: Access) -> None:
    assert count(small) == 2000
    with small.directory.writing("the tests"), small.directory.commit() as store:
        store.add([Quad(Iri("http://x/new"), Iri("http://x/p"), Literal("new"))])
    assert count(small) == 2001


def test_places_are_few_and_a_request_without_one_is_told_so(small: Access) -> None:
    tickets = [Ticket() for _ in range(small.limits.parallel_queries)]
    threads = [threading.Thread(target=_run, args=(small, ticket)) for ticket in tickets]
    for thread in threads:
        thread.start()
    while small.pool.free:
        time.sleep(0.01)
    with pytest.raises(LimitError, match="running already"):
        count(small)
    for ticket in tickets:
        ticket.stop()
    for thread in threads:
        thread.join(timeout=10)
    assert count(small) == 2000


def _run(access: Access, ticket: Ticket) -> None:
    try:
        b"".join(access.query(RUNAWAY, ticket=ticket))
    except PartnergraphError:
        return
    raise AssertionError("the runaway came to an end")


def test_a_stopped_job_ends_at_once(small: Access) -> None:
    ticket = Ticket()
    thread = threading.Thread(target=_run, args=(small, ticket))
    begun = time.monotonic()
    thread.start()
    ticket.stop()
    thread.join(timeout=10)
    assert not thread.is_alive()
    assert time.monotonic() - begun < small.limits.query_seconds


def test_no_service_is_reached_even_by_a_disguised_clause(small: Access) -> None:
    for query in (
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { ?x ?y ?z FILTER(?x<'>#').SERVICE <http://127.0.0.1:9/> { ?a ?b ?c } }",
    ):
        with pytest.raises(RefusedError):
            b"".join(small.query(query))


def test_a_child_has_no_network(small: Access) -> None:
    count(small)
    if not small.pool.isolated:
        pytest.skip("this system lets no process leave its network")
    pid = next(iter(small.pool.pids()))
    links = Path(f"/proc/{pid}/net/dev").read_text().splitlines()[2:]
    assert [line.split(":")[0].strip() for line in links] == ["lo"]


def test_a_child_outlives_the_thread_that_first_needed_it(small: Access) -> None:
    thread = threading.Thread(target=count, args=(small,))
    thread.start()
    thread.join()
    before = small.pool.pids()
    assert count(small) == 2000
    assert small.pool.pids() == before != []


def test_a_child_dies_with_its_parent(small: Access) -> None:
    script = f"""
        from pathlib import Path
        from partnergraph.access import Access
        from partnergraph.directory import StoreDirectory
        from partnergraph.settings import Settings
        access = Access(StoreDirectory(Path({str(small.directory.path)!r})), Settings())
        access.rows("ASK {{}}")
        print(*access.pool.pids(), flush=True)
        input()
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        os.kill(child, 0)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    for _ in range(200):
        try:
            os.kill(child, 0)
            state = Path(f"/proc/{child}/stat").read_text().split(") ")[1][0]
        except (ProcessLookupError, FileNotFoundError):
            return
        if state == "Z":  # dead, and not yet collected by anybody
            return
        time.sleep(0.02)
    raise AssertionError("the child lives on")
