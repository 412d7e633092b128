"""Who may write: whoever shows a token whose hash is in the settings."""

from fastapi import Request

from partnergraph import tokens
from partnergraph.access import Access
from partnergraph.errors import RefusedError, UnauthorizedError


def allow(request: Request, access: Access) -> None:
    """Let a request write.

    Raises:
        RefusedError: nobody may write here.
        UnauthorizedError: the request shows no token, or one that is not known.
    """
    known = access.limits.write_tokens
    if not known:
        raise RefusedError(
            "writing is off here", hint="Whoever runs this server can set write_tokens"
        )
    if not access.directory.is_writer:
        raise RefusedError("the store is served read-only")
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not tokens.is_known(token.strip(), known.values()):
        raise UnauthorizedError(
            "writing needs a token that is known here", hint="Send Authorization: Bearer TOKEN"
        )
