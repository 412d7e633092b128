"""Which form of an answer to send: by suffix, or by the Accept header (RFC 9110, 12.5.1)."""

from collections.abc import Mapping

from partnergraph.errors import NotAcceptableError

RESULTS = {
    "application/sparql-results+json": "json",
    "application/sparql-results+xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
}
RESULT_ALIASES = {"application/json": "json", "application/xml": "xml", "text/xml": "xml"}
GRAPHS = {
    "text/turtle": "turtle",
    "application/ld+json": "jsonld",
    "application/n-triples": "ntriples",
    "application/rdf+xml": "rdfxml",
}
GRAPH_ALIASES = {
    "application/json": "jsonld",
    "text/plain": "ntriples",
    "application/xml": "rdfxml",
}
HTML = {"text/html": "html", "application/xhtml+xml": "html"}
SUFFIXES = {
    "html": "html",
    "ttl": "turtle",
    "jsonld": "jsonld",
    "nt": "ntriples",
    "rdf": "rdfxml",
}


def choose(accept: str | None, offered: Mapping[str, str]) -> str:
    """Return the offered form that the client likes best.

    Args:
        accept: the Accept header; none or an empty one means anything.
        offered: media types, best first, with the form each stands for.

    Raises:
        NotAcceptableError: the client takes none of them; they are listed.
    """
    if not accept or not accept.strip():
        return next(iter(offered.values()))
    best, liked = None, 0.0
    for media, form in offered.items():
        quality = _quality(media, accept)
        if quality > liked:
            best, liked = form, quality
    if best is None:
        raise NotAcceptableError(
            "none of the accepted media types is offered",
            hint="Offered: " + ", ".join(offered),
        )
    return best


def _quality(media: str, accept: str) -> float:
    """Return the weight that the most specific matching range gives to a media type."""
    kind = media.partition("/")[0]
    found = (-1, 0.0)
    for item in accept.split(","):
        name, *parameters = (part.strip().lower() for part in item.split(";"))
        specific = {media: 2, f"{kind}/*": 1, "*/*": 0}.get(name)
        if specific is None:
            continue
        weight = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                try:
                    weight = min(max(float(value), 0.0), 1.0)
                except ValueError:
                    weight = 0.0
        found = max(found, (specific, weight))
    return found[1]


def split_suffix(name: str) -> tuple[str, str]:
    """Return a name without a known suffix, and the form the suffix stands for or nothing."""
    stem, dot, suffix = name.rpartition(".")
    if dot and stem and suffix in SUFFIXES:
        return stem, SUFFIXES[suffix]
    return name, ""


def language(chosen: str | None, accept: str | None, spoken: tuple[str, ...]) -> str:
    """Return the language of a page: as asked for, else by Accept-Language, else English."""
    if chosen in spoken:
        return chosen
    best, liked = "en", 0.0
    for item in (accept or "").split(","):
        name, _, parameters = item.strip().partition(";")
        base = name.partition("-")[0].strip().lower()
        try:
            weight = float(parameters.partition("=")[2] or 1)
        except ValueError:
            weight = 0.0
        if base in spoken and weight > liked:
            best, liked = base, weight
    return best
