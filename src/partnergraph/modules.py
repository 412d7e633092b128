"""A page with a picture of each module of the ontology, made from the modules themselves.

Run ``python -m partnergraph.modules`` to write ``docs/modules.md`` anew.
"""

import sys

from rdflib import OWL, RDF, RDFS, SKOS, Graph, URIRef

from partnergraph import names, rooms

_HEAD = """# The modules of the ontology

Each picture shows the classes of one file and the properties that lead from one class to another.
It is made from the file (`python -m partnergraph.modules > docs/modules.md`), so it cannot differ.
Properties that lead to a list of concepts stand below their class.
"""


def page() -> str:
    """Return the page in Markdown, with Mermaid pictures."""
    everything = Graph()
    for room in rooms.ontology():
        everything.parse(data=room.read(), format="turtle")
    concepts = set(everything.transitive_subjects(RDFS.subClassOf, SKOS.Concept))
    parts = [_HEAD]
    for room in rooms.ontology():
        graph = Graph().parse(data=room.read(), format="turtle")
        lines = _lines(graph, {str(c) for c in concepts})
        if room.name.count("/") == 1 and lines:
            title = next(line[2:] for line in room.read().decode().splitlines() if line[:2] == "# ")
            terms = len(set(graph.subjects(SKOS.definition, None)))
            parts += [
                f"## {room.path.stem}",
                f"{title} ([file](../{room.name}), {terms} terms)",
                "\n".join(["```mermaid", "classDiagram", *lines, "```"]),
            ]
    return "\n\n".join(parts) + "\n"


def _lines(graph: Graph, concepts: set[str]) -> list[str]:
    """Return the lines of a class diagram: hierarchy, then properties."""

    def name(term: object) -> str:
        return str(term).removeprefix(names.NS)

    ours = [s for s in graph.subjects(RDF.type, OWL.Class) if str(s).startswith(names.NS)]
    lines = [f"  class {name(s)}" for s in sorted(ours, key=str) if str(s) not in concepts]
    if not lines:
        return []
    for child, parent in sorted(graph.subject_objects(RDFS.subClassOf), key=str):
        if isinstance(child, URIRef) and str(parent).startswith(names.NS):
            lines.append(f"  {name(parent)} <|-- {name(child)}")
    for prop in sorted(graph.subjects(RDF.type, OWL.ObjectProperty), key=str):
        domain, range_ = graph.value(prop, RDFS.domain), graph.value(prop, RDFS.range)
        if domain is None or range_ is None:
            continue
        if str(range_) in concepts:
            lines.append(f"  {name(domain)} : {name(prop)} {name(range_)}")
        else:
            lines.append(f"  {name(domain)} --> {name(range_)} : {name(prop)}")
    return lines


if __name__ == "__main__":
    sys.stdout.write(page())
