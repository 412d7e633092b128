"""Terms of our store as terms of rdflib, which the SHACL engine works on."""

from typing import Any

import rdflib
from rdflib import URIRef
from rdflib.term import Node

from partnergraph import names
from partnergraph.store import BlankNode, Iri, Quad

Triple = tuple[Node, Node, Node]

_STRING = URIRef(names.XSD + "string")


def node(term: Any) -> Node:
    """Return a term of our store as rdflib has it."""
    if isinstance(term, Iri):
        return URIRef(term.value)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    datatype = None if term.language else URIRef(term.datatype.value)
    if datatype == _STRING:
        datatype = None
    return rdflib.Literal(term.value, lang=term.language, datatype=datatype)


def name(term: Any) -> str:
    """Return a node of our store as findings name it: the IRI itself, or ``_:`` and its label."""
    return f"_:{term.value}" if isinstance(term, BlankNode) else str(term.value)


def triple(quad: Quad) -> Triple:
    """Return a quad without its graph, as rdflib has it."""
    return node(quad.subject), URIRef(quad.predicate.value), node(quad.object)


def write(term: Node | None) -> str:
    """Return a node as findings name it: the IRI itself, or ``_:`` and its label."""
    if term is None:
        return ""
    if isinstance(term, URIRef | rdflib.Literal):
        return str(term)
    return f"_:{term}"


def read(text: str) -> Node:
    """Return the node that :func:`write` wrote."""
    return rdflib.BNode(text[2:]) if text.startswith("_:") else URIRef(text)
