"""The SPARQL 1.1 Protocol for updates: who may, what may be written, and how it is committed."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest

from conftest import ALLOWED, WRITERS, running, serving
from partnergraph import names, tokens
from partnergraph.access import Access
from partnergraph.directory import StoreDirectory
from partnergraph.errors import RefusedError
from partnergraph.settings import Settings
from partnergraph.store import Iri, Quad, Store

OURS = names.GRAPH + "partnerships"
THEIRS = "http://example.org/updated"
DIRECT = {"content-type": "application/sparql-update"}


def update(
    url: str,
    text: str,
    status: int = 204,
    using: str | Sequence[str] = (),
    using_named: str | Sequence[str] = (),
) -> str:
    """Send an update; return the detail of its problem if it has one."""
    response = httpx.post(
        f"{url}/sparql/update",
        params={"using-graph-uri": using, "using-named-graph-uri": using_named},
        content=text.encode(),
        headers={**DIRECT, **ALLOWED},
        timeout=60,
    )
    assert response.status_code == status, response.text
    assert response.headers["access-control-allow-origin"] == "*"
    return str(response.json()["detail"]) if response.content else ""


def ask(url: str, pattern: str) -> bool:
    answer = httpx.get(f"{url}/sparql", params={"query": f"ASK {{ {pattern} }}"}, timeout=60)
    assert answer.status_code == 200, answer.text
    return bool(answer.json()["boolean"])


def version(url: str) -> int:
    """Return the number of a server's current generation."""
    return int(httpx.get(f"{url}/health/ready").json()["store"])


def test_nobody_may_write_unless_the_settings_say_who(server: str) -> None:
    for headers in ({}, ALLOWED):
        refused = httpx.post(
            f"{server}/sparql/update", content=b"CLEAR ALL", headers={**DIRECT, **headers}
        )
        assert refused.status_code == 403
        assert "writing is off" in refused.json()["detail"]
    assert httpx.get(f"{server}/health/ready").json()["writing"] is False


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer wrong", "Basic dXNlcjpwYXNz", "Bearer " + "x" * 5000,
     "Bearer " + list(WRITERS.split('"'))[3]],
)  # fmt: skip
def test_a_token_that_is_not_known_may_not(writable: str, authorization: str | None) -> None:
    headers = dict(DIRECT) if authorization is None else {**DIRECT, "authorization": authorization}
    text = f"INSERT DATA {{ GRAPH <{THEIRS}> {{ <x:a> <x:b> 1 }} }}"
    refused = httpx.post(f"{writable}/sparql/update", content=text.encode(), headers=headers)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Bearer")
    assert refused.headers["content-type"] == "application/problem+json"
    assert not ask(writable, f"GRAPH <{THEIRS}> {{ <x:a> <x:b> 1 }}")


def test_the_settings_hold_a_hash_and_no_answer_holds_either(writable: str) -> None:
    token, digest = tokens.new_token()
    assert len(token) >= 43
    assert tokens.is_known(token, ["0" * 64, digest])
    assert not tokens.is_known(digest, [digest])
    assert not tokens.is_known("", [])
    ready = httpx.get(f"{writable}/health/ready")
    assert ready.json()["writing"] is True
    assert "tokens" not in ready.text


@pytest.mark.slow
def test_whoever_is_allowed_writes_to_graphs_of_users(writable: str) -> None:
    text = f"INSERT DATA {{ GRAPH <{THEIRS}> {{ <x:a> <x:b> 1 , 2 }} }}"
    update(writable, text)
    assert ask(writable, f"GRAPH <{THEIRS}> {{ <x:a> <x:b> 1 , 2 }}")
    form = httpx.post(
        f"{writable}/sparql/update",
        data={"update": f"DELETE WHERE {{ GRAPH <{THEIRS}> {{ ?s ?p 1 }} }}"},
        headers=ALLOWED,
    )
    assert form.status_code == 204
    assert ask(writable, f"GRAPH <{THEIRS}> {{ <x:a> <x:b> 2 }}")
    assert not ask(writable, f"GRAPH <{THEIRS}> {{ <x:a> <x:b> 1 }}")
    assert not ask(writable, "<x:a> <x:b> ?o"), "the default graph does not show users' graphs"
    update(writable, f"DROP GRAPH <{THEIRS}>")
    assert not ask(writable, f"GRAPH <{THEIRS}> {{}}")


REFUSED = [
    "CLEAR ALL",
    "DROP NAMED",
    "CLEAR DEFAULT",
    "INSERT DATA { <x:a> <x:b> 1 }",
    "DELETE WHERE { ?s a ?o }",
    f"DROP GRAPH <{OURS}>",
    f"CLEAR GRAPH <{names.MANIFEST}>",
    f"CREATE GRAPH <{names.GRAPH}later>",
    f"CREATE GRAPH <{names.ONTOLOGY}>",
    f"COPY DEFAULT TO <{OURS}>",
    f"MOVE <{OURS}> TO <{THEIRS}>",
    f"ADD <{names.GRAPH}regions> TO <{OURS}>",
    f"INSERT DATA {{ GRAPH <{OURS}> {{ <x:a> <x:b> 1 }} }}",
    f"WITH <{OURS}> DELETE {{ ?s ?p ?o }} INSERT {{}} WHERE {{ ?s ?p ?o }}",
    # The graph is found out only while it runs.
    "INSERT { GRAPH ?g { <x:a> <x:b> 1 } } WHERE { GRAPH ?g { ?s ?p ?o } }",
    f"INSERT {{ GRAPH ?g {{ <x:a> <x:b> 1 }} }} WHERE {{ BIND(IRI('{names.MANIFEST}') AS ?g) }}",
    "DELETE { GRAPH ?g { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } }",
    # A name of ours that is put together or hidden.
    f"INSERT {{ GRAPH ?g {{ <x:a> <x:b> 1 }} }} WHERE {{ BIND(IRI('{OURS[:-1]}') AS ?h) "
    "BIND(IRI(CONCAT(STR(?h), 's')) AS ?g) }",
    f"INSERT DATA {{ GRAPH <{OURS[:-1]}%73> {{ <x:a> <x:b> 1 }} }}",
    f"INSERT DATA {{ GRAPH <{names.GRAPH}loaded/../regions> {{ <x:a> <x:b> 1 }} }}",
]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Access]:
    """A small store with graphs of ours and of a user, which is quick to write to."""
    directory = StoreDirectory(tmp_path_factory.mktemp("guarded"))
    one = Quad(Iri("x:a"), Iri(names.RDF + "type"), Iri("x:c"))
    graphs = (OURS, f"{names.GRAPH}regions", names.MANIFEST, f"{THEIRS}/kept")
    with directory.writing("the tests"):
        with directory.commit() as store:
            store.add([one, Quad(one.subject, Iri("x:b"), one.object)])
            # No two are alike, or copying one over another would change nothing.
            store.add(Quad(one.subject, one.predicate, Iri(g), Iri(g)) for g in graphs)
        access = Access(directory, Settings())
        yield access
        access.close()


def run(access: Access, text: str) -> None:
    values: dict[str, object] = {"base": "http://x/", "default": [], "named": []}
    access.write("update", values, text.encode())


@pytest.mark.parametrize("text", REFUSED)
def test_our_own_graphs_cannot_be_written(guarded: Access, text: str) -> None:
    before = guarded.version
    run(guarded, f"INSERT DATA {{ GRAPH <{THEIRS}> {{ <x:a> <x:b> 1 }} }}")
    written = guarded.version
    with pytest.raises(RefusedError, match="our own graphs"):
        run(guarded, f"INSERT DATA {{ GRAPH <{THEIRS}> {{ <x:a> <x:b> 2 }} }} ; {text}")
    assert before < written == guarded.version
    _, rows = guarded.rows(f"SELECT ?o {{ GRAPH <{THEIRS}> {{ <x:a> <x:b> ?o }} }}")
    assert [row["o"]["value"] for row in rows] == ["1"], "all or nothing"


def test_what_changed_between_two_updates_is_not_taken_for_theirs(guarded: Access) -> None:
    """The hashes of our graphs are kept from update to update, and not when we write too."""
    run(guarded, f"INSERT DATA {{ GRAPH <{THEIRS}> {{ <x:a> <x:b> 3 }} }}")
    with guarded.directory.commit() as store:
        store.add([Quad(Iri("x:a"), Iri("x:b"), Iri("x:c"), Iri(OURS))])
    run(guarded, f"INSERT DATA {{ GRAPH <{THEIRS}> {{ <x:a> <x:b> 4 }} }}")
    guarded.write("delete", {"graph": THEIRS})
    with pytest.raises(RefusedError, match="our own graphs"):
        run(guarded, f"CLEAR GRAPH <{OURS}>")


def test_our_own_graphs_cannot_be_written_over_http(writable: str) -> None:
    before = version(writable)
    assert "our own graphs" in update(writable, f"CLEAR GRAPH <{OURS}>", 403)
    assert "copy of our own graphs" in update(writable, "DELETE WHERE { ?s a ?o }", 403)
    assert version(writable) == before


@pytest.mark.slow
def test_reading_our_graphs_in_an_update_is_no_writing(writable: str) -> None:
    where = f"WHERE {{ GRAPH <{OURS}> {{ ?p a ?type }} }}"
    update(writable, f"INSERT {{ GRAPH <{THEIRS}> {{ ?p a ?type }} }} {where}")
    assert ask(writable, f"GRAPH <{THEIRS}> {{ ?p a ?type }} GRAPH <{OURS}> {{ ?p a ?type }}")
    update(writable, f"DROP GRAPH <{THEIRS}>")


@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        ("LOAD <http://127.0.0.1:9/x.ttl>", 403, "loads a document"),
        (f"load silent <file:///etc/passwd> INTO GRAPH <{THEIRS}>", 403, "loads a document"),
        ("INSERT { GRAPH <x:g> { ?s ?p ?o } } WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
         403, "service"),
        ("INSERT { GRAPH <x:g> { ?x <x:p> 1 } } WHERE { ?x ?y ?z "
         "FILTER(?x<'>#').SERVICE <http://127.0.0.1:9/> { ?a ?b ?c } }", 403, "SERVICE"),
        ("CLEAR XYZ", 400, "“XYZ” does not fit here"),
        ("ASK {}", 400, "“ASK” does not fit here"),
        (f"CLEAR GRAPH <{THEIRS}/none>", 400, "does not exist"),
        ("CLEAR ALL" + "{" * 300, 413, "brackets"),
    ],
)  # fmt: skip
def test_what_an_update_must_not_or_cannot_do_is_told(
    scratch: str, text: str, status: int, words: str
) -> None:
    assert words in update(scratch, text, status)


def test_the_word_load_in_a_string_or_a_name_is_no_loading(scratch: str) -> None:
    text = f"INSERT DATA {{ GRAPH <{THEIRS}> {{ <x:load> <x:p> 'LOAD <http://x/> SERVICE' }} }}"
    update(scratch, text)
    assert ask(scratch, f"GRAPH <{THEIRS}> {{ <x:load> ?p ?o }}")
    update(scratch, f"DROP GRAPH <{THEIRS}>")


def test_the_request_names_the_dataset_of_each_operation(scratch: str) -> None:
    one, two, out = f"{THEIRS}/one", f"{THEIRS}/two", f"{THEIRS}/out"
    update(
        scratch,
        f"INSERT DATA {{ GRAPH <{one}> {{ <x:a> <x:p> 1 }} GRAPH <{two}> {{ <x:b> <x:p> 2 }} }}",
    )
    copy = f"INSERT {{ GRAPH <{out}> {{ ?s ?p ?o }} }} WHERE {{ ?s ?p ?o }}"
    named = f"INSERT {{ GRAPH <{out}> {{ ?g ?p ?o }} }} WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}"
    update(scratch, f"{copy} ; {named}", using=one, using_named=two)
    assert ask(scratch, f"GRAPH <{out}> {{ <x:a> <x:p> 1 . <{two}> <x:p> 2 }}")
    assert not ask(scratch, f"GRAPH <{out}> {{ <x:b> ?p ?o }}")
    assert not ask(scratch, f"GRAPH <{out}> {{ <{one}> ?p ?o }}")
    # The short form has no place for a dataset, and means the same.
    update(
        scratch,
        f"DELETE WHERE {{ GRAPH <{out}> {{ <x:a> <x:p> ?o }} }}",
        using_named=two,
    )
    assert ask(scratch, f"GRAPH <{out}> {{ <x:a> <x:p> 1 }}"), "it was not in the dataset"
    update(
        scratch,
        f"DELETE WHERE {{ GRAPH <{out}> {{ <x:a> <x:p> ?o }} }}",
        using_named=[two, out],
    )
    assert not ask(scratch, f"GRAPH <{out}> {{ <x:a> <x:p> 1 }}")
    for clause in (f"WITH <{one}> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}",
                   f"DELETE {{ ?s ?p ?o }} USING <{one}> WHERE {{ ?s ?p ?o }}"):  # fmt: skip
        assert "USING or WITH" in update(scratch, clause, 400, using=one)
    assert "IRI of a graph" in update(scratch, copy, 400, using="no iri")
    update(scratch, "".join(f"DROP GRAPH <{graph}> ;" for graph in (one, two, out)))


def test_a_wrong_request_is_told_what_is_wrong(scratch: str) -> None:
    def post(content: bytes, media: str, path: str = "/sparql/update") -> int:
        headers = {"content-type": media, **ALLOWED}
        return httpx.post(scratch + path, content=content, headers=headers).status_code

    assert post(b"CLEAR ALL", "text/plain") == 415
    assert post(b"ASK {}", "application/sparql-query") == 415
    assert post("CLEAR ALL".encode("utf-16"), "application/sparql-update") == 400
    assert post(b"update=CLEAR+ALL&update=CLEAR+ALL", "application/x-www-form-urlencoded") == 400
    assert post(b"query=ASK%7B%7D", "application/x-www-form-urlencoded") == 400
    assert post(b"x", "application/sparql-update", "/sparql/update?default-graph-uri=x:y") == 400
    assert httpx.get(f"{scratch}/sparql/update").status_code == 405


def test_each_update_is_a_generation_of_its_own(tmp_path: Path) -> None:
    directory = StoreDirectory(tmp_path)
    with serving(tmp_path, scratch="true", write_tokens=WRITERS) as url:
        first = version(url)
        update(url, "INSERT DATA { <x:a> <x:b> 1 }")
        assert version(url) == first + 1
        with directory.reading() as path:
            assert len(Store.open(path, writable=False)) == 1
        update(url, "INSERT DATA { <x:a> <x:b> 2 } ; CLEAR GRAPH <x:none>", 400)
        update(url, "no update", 400)
        assert version(url) == first + 1
        assert not ask(url, "<x:a> <x:b> 2")
        # At the same time: one after the other, and none is lost.
        texts = [f"INSERT DATA {{ <x:a> <x:c> {n} }}" for n in range(6)]
        threads = [threading.Thread(target=update, args=(url, text)) for text in texts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert version(url) == first + 7
        assert ask(url, "<x:a> <x:c> 0, 1, 2, 3, 4, 5")
    assert len(list((tmp_path / "generations").iterdir())) <= 3


@pytest.mark.slow
def test_a_runaway_update_is_stopped_and_leaves_nothing(tmp_path: Path) -> None:
    with serving(tmp_path, scratch="true", write_tokens=WRITERS, query_seconds="2") as url:
        update(url, "INSERT DATA { " + " ".join(f"<x:s{n}> <x:p> {n} ." for n in range(300)) + "}")
        runaway = "INSERT { ?a ?e ?i } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
        assert "longer than 2 s" in update(url, runaway, 503)
        answer = httpx.get(
            f"{url}/sparql", params={"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"}
        )
        assert answer.json()["results"]["bindings"][0]["n"]["value"] == "300"
        update(url, "INSERT DATA { <x:s> <x:p> 1 }")


@pytest.mark.slow
def test_a_server_killed_in_the_middle_of_an_update_leaves_the_previous_state(
    tmp_path: Path,
) -> None:
    settings = {"scratch": "true", "write_tokens": WRITERS, "query_seconds": "60"}
    with running(tmp_path, **settings) as (url, process):
        update(url, "INSERT DATA { " + " ".join(f"<x:s{n}> <x:p> {n} ." for n in range(300)) + "}")
        runaway = "CLEAR ALL ; INSERT { ?a ?b ?i } WHERE { VALUES ?i { 1 } ?a ?b ?c }"
        slow = " ; INSERT { <x:a> <x:b> ?n } WHERE { SELECT (COUNT(*) AS ?n) "
        slow += "{ VALUES ?u { " + "1 " * 3000 + "} VALUES ?v { " + "1 " * 3000 + "} "
        slow += "VALUES ?w { " + "1 " * 3000 + "} } }"
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(
                f"{url}/sparql/update",
                content=(runaway + slow).encode(),
                headers={**DIRECT, **ALLOWED},
                timeout=2,
            )
        thread = threading.Thread(target=_abandoned, args=(url, runaway + slow))
        thread.start()
        time.sleep(1)
        assert len(list((tmp_path / "generations").iterdir())) > 1, "a draft is being written"
        os.kill(process, signal.SIGKILL)
        thread.join()
    with serving(tmp_path, **settings) as url:
        assert len(list((tmp_path / "generations").iterdir())) == 1
        assert ask(url, "<x:s0> <x:p> 0 . <x:s299> <x:p> 299")


def _abandoned(url: str, text: str) -> None:
    with contextlib.suppress(httpx.TransportError):
        update(url, text)


def test_a_store_served_read_only_is_not_written(tmp_path: Path) -> None:
    directory = StoreDirectory(tmp_path)
    with directory.writing("the tests"), directory.commit():
        pass
    with serving(tmp_path, "--read-only", write_tokens=WRITERS) as url:
        assert "read-only" in update(url, "CLEAR ALL", 403)
        assert httpx.get(f"{url}/health/ready").json()["writing"] is False
