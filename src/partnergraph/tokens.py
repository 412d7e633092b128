"""Tokens of those who may write: made here, shown once, kept as hashes."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable


def new_token() -> tuple[str, str]:
    """Return a new token and its hash; 256 random bits need no slow hash."""
    token = secrets.token_urlsafe(32)
    return token, digest(token)


def digest(token: str) -> str:
    """Return the hash of a token, as the settings hold it."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_known(token: str, digests: Iterable[str]) -> bool:
    """Say whether a token has one of the hashes.

    All are compared, each in constant time, so that the time taken tells nothing of any.
    """
    shown = digest(token)
    matches = [hmac.compare_digest(shown, one) for one in digests]
    return any(matches)
