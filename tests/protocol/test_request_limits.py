"""What one client may take: a runaway query is stopped, and everybody else is served."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from conftest import running, serving
from partnergraph.directory import StoreDirectory
from partnergraph.web import clients
from partnergraph.web.clients import MOST_CLIENTS, Rate

CLIQUE = " ".join(f"<x:n{a}> <x:to> <x:n{b}> ." for a in range(60) for b in range(60) if a != b)

RUNAWAYS = {
    "product": (
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }",
        "longer than 2 s",
    ),
    "product without a row": (
        "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i "
        "FILTER(CONCAT(STR(?a), STR(?d), STR(?g)) = 'none') }",
        "longer than 2 s",
    ),
    "path on a clique": (
        "SELECT (COUNT(*) AS ?n) { ?a (<x:to>/<x:to>?/^<x:to>)+ ?b . ?b <x:to>+ ?c . "
        "?c <x:to>+ ?d . ?d <x:to>+ ?e }",
        "longer than 2 s",
    ),
    "string doubling": (
        'SELECT (STRLEN(?x33) AS ?n) { BIND("aaaaaaaa" AS ?x0) '
        + " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(33))
        + " }",
        "memory|longer than 2 s",  # whichever comes first on a busy machine
    ),
    "group_concat": (
        "SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?d), STR(?f))) AS ?all) "
        "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
        "longer than 2 s|memory",
    ),
}


@pytest.fixture(scope="module")
def tight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """A server with tight limits over a clique, and its process id."""
    folder = tmp_path_factory.mktemp("tight")
    directory = StoreDirectory(folder)
    with directory.writing("the tests"), directory.commit() as store:
        store.update(f"INSERT DATA {{ {CLIQUE} }}")
    with running(folder, scratch="true", query_seconds="2", query_mib="512") as found:
        yield found


def children(parent: int) -> dict[int, tuple[float, int]]:
    """Return the processor seconds and the resident bytes of each child of a process."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(") ")[2].split()
            resident = int((folder / "statm").read_text().split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == parent and fields[0] != "Z":
            seconds = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
            found[int(folder.name)] = (seconds, resident * os.sysconf("SC_PAGE_SIZE"))
    return found


def is_quiet(server: int) -> bool:
    """Say whether no child works or holds much memory."""
    before = children(server)
    time.sleep(0.3)
    after = children(server)
    return all(
        seconds - before.get(pid, (0.0, 0))[0] < 0.15 and resident < 200 << 20
        for pid, (seconds, resident) in after.items()
    )


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux tells")
@pytest.mark.parametrize("name", RUNAWAYS)
def test_a_runaway_is_stopped_named_and_gives_everything_back(
    tight: tuple[str, int], name: str
) -> None:
    url, server = tight
    query, words = RUNAWAYS[name]
    answers: list[httpx.Response] = []

    def run() -> None:
        answers.append(httpx.get(f"{url}/sparql", params={"query": query}, timeout=60))

    thread = threading.Thread(target=run)
    begun = time.monotonic()
    thread.start()
    served = 0
    while thread.is_alive():
        answer = httpx.get(f"{url}/sparql", params={"query": "ASK { ?s ?p ?o }"}, timeout=60)
        assert answer.json()["boolean"] is True
        served += 1
        time.sleep(0.05)
    took = time.monotonic() - begun
    (answer,) = answers
    assert answer.status_code == 503
    detail = answer.json()["detail"]
    assert any(word in detail for word in words.split("|")), detail
    assert answer.headers["retry-after"]
    assert served >= 1
    assert took < 8
    ended = time.monotonic()
    while not is_quiet(server):
        assert time.monotonic() - ended < 2, children(server)


@pytest.mark.slow
@pytest.mark.parametrize("streams", [False, True])
def test_the_query_of_a_client_that_goes_away_is_stopped(tmp_path: Path, *, streams: bool) -> None:
    """Whether it was still waiting for the first byte, or reading."""
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }" if streams else RUNAWAYS["product"][0]
    directory = StoreDirectory(tmp_path)
    with directory.writing("the tests"), directory.commit() as store:
        store.update(f"INSERT DATA {{ {CLIQUE} }}")
    settings = {"query_seconds": "60", "result_mib": "10000", "result_rows": "1000000000"}
    with running(tmp_path, scratch="true", **settings) as (url, server):
        if streams:
            with httpx.stream("GET", f"{url}/sparql", params={"query": query}) as answer:
                next(answer.iter_raw())
                assert answer.status_code == 200
        else:
            with pytest.raises(httpx.ReadTimeout):
                httpx.get(f"{url}/sparql", params={"query": query}, timeout=1)
        left = time.monotonic()
        while not is_quiet(server):
            assert time.monotonic() - left < 2, children(server)


def test_every_limit_is_shown_and_no_secret(scratch: str) -> None:
    ready = httpx.get(f"{scratch}/health/ready").json()
    assert ready["limits"].keys() >= {
        "query_seconds", "query_mib", "query_kib", "result_mib", "result_rows", "request_mib",
        "requests_per_minute", "parallel_queries", "waiting_seconds",
    }  # fmt: skip
    assert all(isinstance(value, int | float) for value in ready["limits"].values())


@pytest.mark.slow
def test_a_client_that_asks_too_often_is_told_when_to_come_back(tmp_path: Path) -> None:
    with serving(tmp_path, scratch="true", requests_per_minute="6") as url:
        ask = f"{url}/sparql?query=ASK%7B%7D"
        assert [httpx.get(ask).status_code for _ in range(6)] == [200] * 6
        stopped = httpx.get(ask)
        assert stopped.status_code == 429
        assert stopped.headers["content-type"] == "application/problem+json"
        assert stopped.headers["access-control-allow-origin"] == "*"
        seconds = int(stopped.headers["retry-after"])
        assert 1 <= seconds <= 10
        assert "6 requests in a minute" in stopped.json()["detail"]
        assert httpx.get(f"{url}/graphs?default").status_code == 429
        assert httpx.get(f"{url}/health/live").status_code == 200
        assert httpx.options(f"{url}/sparql").status_code == 204
        time.sleep(seconds)
        assert httpx.get(ask).status_code == 200


def test_a_client_is_an_address_or_a_network_of_version_6() -> None:
    def client(host: str) -> str:
        return clients.client_of({"client": (host, 50000)})

    assert client("192.0.2.1") != client("192.0.2.2")
    assert client("2001:db8:1:2::1") == client("2001:db8:1:2:3:4:5:6") != client("2001:db8:1:3::1")
    assert client("a socket") == "a socket"
    assert clients.client_of({"client": None}) == ""


def test_each_client_has_a_bucket_of_its_own_that_fills_again() -> None:
    now = 0.0
    rate = Rate(None, 60, clock=lambda: now)  # type: ignore[arg-type]
    assert [rate.take("a") for _ in range(61)] == [0] * 60 + [1]
    assert rate.take("b") == 0
    now = 0.5
    assert rate.take("a") == 1
    now = 1.1
    assert (rate.take("a"), rate.take("a")) == (0, 1)
    now = 1000.0
    assert [rate.take("a") for _ in range(61)] == [0] * 60 + [1]
    for number in range(MOST_CLIENTS + 10):
        rate.take(f"c{number}")
    assert len(rate._buckets) == MOST_CLIENTS
