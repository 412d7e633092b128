"""The text of a SPARQL update: what is refused before it runs, and the dataset of a request."""

from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from partnergraph import sparql
from partnergraph.errors import QuerySyntaxError, RefusedError, UsageError, Where


def guard(text: str, *, max_bytes: int) -> None:
    """Refuse an update that could harm before it is parsed.

    Raises:
        PartnergraphError: as :func:`partnergraph.sparql.guard`; RefusedError also for LOAD.
    """
    sparql.guard(text, max_bytes=max_bytes)
    for token in sparql.tokens(text):
        if token.kind == "word" and token.text.upper() == "LOAD":
            raise _loads(sparql.position(text, token.start))


def prepare(text: str, default: Sequence[str], named: Sequence[str]) -> str:
    """Return an update with the dataset of its request; parses it, so call this in a child.

    Raises:
        RefusedError: it calls a service or loads a document, or whether it does cannot be told.
        UsageError: the request names a dataset and so does the update.
        QuerySyntaxError: the request names a dataset and the update does not parse.
    """
    folded = text.casefold()
    if "service" in folded or "load" in folded:
        try:
            names = {node.name for node in _nodes(text)}
        except QuerySyntaxError as error:
            raise RefusedError(
                "the update has the word SERVICE or LOAD in it, and whether it uses one "
                "cannot be told",
                hint="Leave the word out, or send the data to /graphs",
            ) from error
        if "Load" in names:
            raise _loads()
        if "ServiceGraphPattern" in names:
            raise RefusedError("the update calls another service, and no service is allowed here")
    if not default and not named:
        return text
    for node in _nodes(text):
        if node.name == "Modify" and (node.withClause or node.using):
            raise UsageError(
                "the update names its graphs with USING or WITH, and so does the request",
                hint="Leave out one of the two",
            )
    using = "".join(f"USING <{g}> " for g in default) + "".join(
        f"USING NAMED <{g}> " for g in named
    )
    changed = "".join(_with_using(text, using))
    wanted = (set(default), set(named))
    for node in _nodes(changed):
        told = (
            {str(u.default) for u in node.using or [] if u.default},
            {str(u.named) for u in node.using or [] if u.named},
        )
        if node.name == "DeleteWhere" or (node.name == "Modify" and told != wanted):
            raise UsageError(
                "the graphs of the request cannot be told to this update",
                hint="Write them into it with USING",
            )
    return changed


def _loads(where: Where | None = None) -> RefusedError:
    return RefusedError(
        "the update loads a document from an address, and no address is allowed here",
        where=where,
        hint="Send the document itself to /graphs",
    )


class _Node(dict[str, object]):
    """What is used of a node of the second parser's tree."""

    name: str
    withClause: object
    using: list["_Node"] | None
    default: object
    named: object


def _nodes(text: str) -> Iterator[_Node]:
    """Yield every node of the tree that the second parser makes of an update."""
    from pyparsing import ParseBaseException
    from rdflib.plugins.sparql.parser import parseUpdate
    from rdflib.plugins.sparql.parserutils import CompValue

    try:
        pending: list[object] = [parseUpdate(text)]
    except ParseBaseException as error:
        raise QuerySyntaxError(
            str(error.msg), where=Where(line=error.lineno, column=error.column)
        ) from error
    except RecursionError as error:
        raise QuerySyntaxError("the update is nested too deeply") from error
    while pending:
        node = pending.pop()
        if isinstance(node, CompValue):
            yield cast(_Node, node)
            pending.extend(node.values())
        elif isinstance(node, (list, tuple)) or hasattr(node, "asList"):
            pending.extend(cast(Iterable[object], node))


def _with_using(text: str, using: str) -> Iterator[str]:
    """Yield the pieces of an update with clauses put before each WHERE of an operation.

    ``DELETE WHERE`` has no room for them and is written out as ``DELETE … WHERE``.
    """
    depth = end = 0
    before = ""
    found = list(sparql.tokens(text))
    for number, token in enumerate(found):
        if token.kind == "mark" and token.text in "{}":
            depth += 1 if token.text == "{" else -1
        if depth:
            continue
        word = token.text.upper() if token.kind == "word" else ""
        if word == "WHERE":
            yield text[end : token.start]
            if before == "DELETE":
                yield _block(text, found[number + 1 :])
            yield f" {using}"
            end = token.start
        before = word
    yield text[end:]


def _block(text: str, following: Sequence[sparql.Token]) -> str:
    """Return the text of the block in braces that follows."""
    depth = 0
    for token in following:
        if token.kind == "mark" and token.text in "{}":
            depth += 1 if token.text == "{" else -1
            if not depth:
                return text[following[0].start : token.end]
    return ""
