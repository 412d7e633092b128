"""What the service says of itself: SPARQL 1.1 Service Description, and VoID."""

from functools import partial

import anyio.to_thread
from fastapi import FastAPI, Request, Response

from partnergraph import names, void
from partnergraph.access import Access
from partnergraph.store import GRAPH_FORMATS, BlankNode, Iri, Quad, Store, serialize
from partnergraph.web import negotiation
from partnergraph.web.negotiation import GRAPH_ALIASES, GRAPHS
from partnergraph.web.requests import only

SD = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS = "http://www.w3.org/ns/formats/"
_RESULTS = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")
_RDF = ("Turtle", "N-Triples", "JSON-LD", "RDF_XML")
_PREFIXES = {
    "sd": SD,
    "void": void.VOID,
    "formats": _FORMATS,
    **{p: names.PREFIXES[p] for p in ("dcterms", "owl", "rdf", "xsd", "graph", "pg")},
}
_TYPE = Iri(names.RDF + "type")

Node = Iri | BlankNode


def routes(app: FastAPI, access: Access) -> None:
    """Add the routes to an application."""

    @app.get("/.well-known/void", summary="What the public graphs hold (VoID)")
    async def get_void(request: Request) -> Response:
        only(request, {"lang"})
        form = negotiation.choose(request.headers.get("accept"), {**GRAPHS, **GRAPH_ALIASES})
        content = await anyio.to_thread.run_sync(
            partial(_dataset, access, str(request.base_url), form)
        )
        return Response(content, media_type=GRAPH_FORMATS[form][0], headers={"Vary": "Accept"})


def default_graph(access: Access, here: str) -> str:
    """Return the IRI of the default graph of a query that names none.

    Args:
        access: the store.
        here: the address of this server, with a slash at its end.
    """
    return void.PUBLIC if access.store.has_graph(names.VOID) else f"{here}graphs?default"


def description(access: Access, here: str, form: str) -> bytes:
    """Return the service description in an RDF format."""
    store = access.store
    service, dataset = Iri(f"{here}sparql#service"), Iri(f"{here}sparql#dataset")
    default = Iri(default_graph(access, here))
    quads = [
        _is(service, "Service"),
        Quad(service, Iri(SD + "endpoint"), Iri(f"{here}sparql")),
        Quad(service, Iri(SD + "supportedLanguage"), Iri(SD + "SPARQL11Query")),
        Quad(service, Iri(SD + "feature"), Iri(SD + "EmptyGraphs")),
        *(Quad(service, Iri(SD + "resultFormat"), Iri(_FORMATS + f)) for f in _RESULTS + _RDF),
        Quad(service, Iri(SD + "defaultDataset"), dataset),
        _is(dataset, "Dataset"),
        Quad(dataset, Iri(SD + "defaultGraph"), default),
        _is(default, "Graph"),
        *store.quads(names.VOID),
    ]
    if access.limits.write_tokens and access.directory.is_writer:
        update = Iri(f"{here}sparql/update#service")
        quads += [
            _is(update, "Service"),
            Quad(update, Iri(SD + "endpoint"), Iri(f"{here}sparql/update")),
            Quad(update, Iri(SD + "supportedLanguage"), Iri(SD + "SPARQL11Update")),
            Quad(update, Iri(SD + "defaultDataset"), dataset),
        ]
    for number, name in enumerate(store.graphs()):
        named = BlankNode(f"graph{number}")
        quads += [
            Quad(dataset, Iri(SD + "namedGraph"), named),
            _is(named, "NamedGraph"),
            Quad(named, Iri(SD + "name"), Iri(name)),
            Quad(named, Iri(SD + "graph"), Iri(name)),
            _is(Iri(name), "Graph"),
        ]
    return _written(quads, form)


def _is(node: Node, kind: str) -> Quad:
    return Quad(node, _TYPE, Iri(SD + kind))


def _dataset(access: Access, here: str, form: str) -> bytes:
    store: Store = access.store
    dataset = Iri(default_graph(access, here))
    quads = [
        Quad(dataset, _TYPE, Iri(void.VOID + "Dataset")),
        Quad(dataset, Iri(void.VOID + "sparqlEndpoint"), Iri(f"{here}sparql")),
        Quad(dataset, Iri(void.VOID + "dataDump"), Iri(f"{here}graphs?default")),
        *(Quad(dataset, Iri(void.VOID + "feature"), Iri(_FORMATS + form)) for form in _RDF),
        *store.quads(names.VOID),
    ]
    return _written(quads, form)


def _written(quads: list[Quad], form: str) -> bytes:
    plain = {Quad(q.subject, q.predicate, q.object): None for q in quads}
    return serialize(plain, form, _PREFIXES if form == "turtle" else None)
