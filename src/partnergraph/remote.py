"""Asking a SPARQL service on another machine, with SPARQLWrapper as the client."""

import urllib.error

from SPARQLWrapper import SPARQLExceptions, SPARQLWrapper

from partnergraph import __version__
from partnergraph.errors import QuerySyntaxError, StoreError

_MEDIA = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdfxml": "application/rdf+xml",
}


def is_url(store: str) -> bool:
    """Say whether a ``--store`` value is the URL of a service."""
    return store.startswith(("http://", "https://"))


def query(url: str, text: str, format_: str, seconds: float) -> bytes:
    """Return the service's answer.

    Args:
        url: the service's query address.
        text: the query.
        format_: a key of the result or graph formats.
        seconds: longest wait.

    Raises:
        QuerySyntaxError: the service cannot read the query.
        StoreError: the service cannot be reached, or does not answer well.
    """
    client = SPARQLWrapper(url, agent=f"partnergraph/{__version__}")
    client.setMethod("POST")
    client.setTimeout(int(seconds) or 1)
    client.addCustomHttpHeader("Accept", _MEDIA[format_])
    client.setQuery(text)
    client.setOnlyConneg(True)
    try:
        with client.query().response as response:
            content: bytes = response.read()
    except SPARQLExceptions.QueryBadFormed as error:
        raise QuerySyntaxError(f"{url} cannot read the query: {error.msg}") from error
    except (SPARQLExceptions.SPARQLWrapperException, urllib.error.URLError, OSError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "msg", None) or error
        raise StoreError(
            f"{url} does not answer: {reason}", hint="Is it the address of a SPARQL service?"
        ) from error
    return content
