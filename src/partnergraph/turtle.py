"""Turtle in one order: ``python -m partnergraph.turtle FILE…`` rewrites, ``--check`` only tells.

Comments, prefixes, then ontology, classes, properties and lists before all else; of each, what it
is first and its source last. (The orderly writer of rdflib sorts blank nodes by their hashes.)
"""

import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

from rdflib import RDF, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from partnergraph import names, store
from partnergraph.errors import RefusedError, Where

_ORDER = """owl:Ontology owl:Class owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty
 skos:ConceptScheme a rdfs:subClassOf rdfs:subPropertyOf rdfs:domain rdfs:range sh:targetClass
 sh:path rdfs:label skos:prefLabel pg:madeUp skos:definition skos:scopeNote skos:example *
 sh:severity sh:name sh:message sh:description rdfs:isDefinedBy skos:inScheme skos:topConceptOf
 dcterms:source dcterms:created dcterms:modified pg:termStatus"""
_TEXT = re.compile(r'"""(?:\\.|[^\\])*?"""|"(?:\\.|[^"\\\n])*"', re.DOTALL)


def _place(word: str) -> tuple[int, list[tuple[str, int]]]:
    order = _ORDER.split()
    at = order.index(word if word in order else "*")
    return at, [(part, int(number or 0)) for part, number in re.findall(r"(\D*)(\d*)", word)]


def _join(parts: list[str], mark: str, pad: str) -> str:
    flat = " " + f"{mark} ".join(parts)
    if len(flat) < 80 and not any(part.startswith('"') or "\n" in part for part in parts):
        return flat
    return f"\n{pad}" + f"{mark}\n{pad}".join(parts) if parts[1:] else flat


def canonical(text: str, file: str = "") -> str:
    """Return a Turtle text in the one order; raise an error rather than lose anything."""
    head = re.match(r"(\s+|#.*\n|(@prefix|PREFIX).*\n)*", text)[0]  # type: ignore[index]
    if re.search(r"(^|\s)#", _TEXT.sub("", text[len(head) :])):
        raise RefusedError("a comment stands below the prefixes", where=Where(file))
    told = store.canonical(store.parse(text.encode(), "turtle", file))
    graph = Graph().parse(data=text, format="turtle")
    prefixes = names.PREFIXES | dict(re.findall(r"(?i)prefix ([\w-]+): <(.+)>", head))
    known = sorted(prefixes.items(), key=lambda item: -len(item[1]))
    inner = Counter(node for node in graph.objects() if isinstance(node, BNode))
    if any(places > 1 for places in inner.values()):
        raise RefusedError("a blank node stands in two places", where=Where(file))

    def write(node: Node, pad: str = "") -> str:
        if isinstance(node, Literal):
            return node._literal_n3(use_plain=True, qname_callback=write)
        for prefix, start in known if isinstance(node, URIRef) else ():
            if re.fullmatch(re.escape(start) + r"\w([\w.-]*[\w-])?", str(node), re.ASCII):
                return f"{prefix}:{str(node)[len(start) :]}"
        if not isinstance(node, BNode):
            return node.n3()
        pad += "    "
        if (node, RDF.first, None) in graph:
            return f"({_join([write(item, pad) for item in graph.items(node)], '', pad)} )"
        return f"[{_join(describe(node, pad), ' ;', pad)} ]"

    def describe(node: Node, pad: str) -> list[str]:
        said: dict[str, list[Node]] = defaultdict(list)
        for verb, value in graph.predicate_objects(node):
            said["a" if verb == RDF.type else write(verb)].append(value)
        parts = []
        for name, values in sorted(said.items(), key=lambda item: _place(item[0])):
            deep = pad + "    " if values[1:] else pad
            parts.append(
                name + _join(sorted((write(v, deep) for v in values), key=_place), " ,", deep)
            )
        return parts

    blocks = []
    for thing in set(graph.subjects()) - set(inner):
        kind = min(
            (_place(write(k))[0] for k in graph.objects(thing, RDF.type)), default=_place("")[0]
        )
        said = write(thing)
        if named := isinstance(thing, URIRef):
            said += " " + " ;\n    ".join(describe(thing, "    "))
        blocks.append((kind, not named, _place(str(thing) if named else said), f"\n{said} .\n"))
    body = "".join(block for *_, block in sorted(blocks))
    lines = [line for line in head.splitlines() if line.startswith("#")]
    used = [p for p in sorted(prefixes) if re.search(rf"(?<![\w:/-]){p}:", _TEXT.sub("", body))]
    lines += [""] * bool(lines) + [f"@prefix {p}: <{prefixes[p]}> ." for p in used]
    result = "\n".join(lines) + "\n" + body
    if store.canonical(store.parse(result.encode(), "turtle", file)) != told:
        raise RefusedError("a circle of blank nodes, or a number such as 007", where=Where(file))
    return result


if __name__ == "__main__":
    files = {Path(n): Path(n).read_text("utf-8") for n in sys.argv[1:] if n != "--check"}
    late = {f: new for f, text in files.items() if (new := canonical(text, str(f))) != text}
    for path, new in late.items():
        print(path) if "--check" in sys.argv else path.write_text(new, encoding="utf-8")
    sys.exit(1 if late and "--check" in sys.argv else 0)
