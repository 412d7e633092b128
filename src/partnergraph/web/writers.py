"""Who may write: whoever shows a token whose hash is in the settings."""

import hashlib
import hmac
import secrets

from fastapi import Request

from partnergraph.access import Access
from partnergraph.errors import RefusedError, UnauthorizedError


def new_token() -> tuple[str, str]:
    """Return a new token and its hash; 256 random bits need no slow hash."""
    token = secrets.token_urlsafe(32)
    return token, digest(token)


def digest(token: str) -> str:
    """Return the hash of a token, as the settings hold it."""
    return hashlib.sha256(token.encode()).hexdigest()


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
    shown = digest(token.strip())
    # Every hash is compared, each in constant time, so that time tells nothing of any.
    matches = [hmac.compare_digest(shown, one) for one in known.values()]
    if scheme.lower() != "bearer" or not any(matches):
        raise UnauthorizedError(
            "writing needs a token that is known here", hint="Send Authorization: Bearer TOKEN"
        )
