"""What can be wrong with shapes."""

from partnergraph.errors import PartnergraphError


class ShapesError(PartnergraphError):
    """Shapes that the SHACL standard calls ill-formed."""

    title = "The shapes cannot be read"
    status = 400
    exit_code = 2


class Refused(Exception):
    """Something well-formed that is not compiled, so another engine has to judge it.

    Args:
        reason: what it is, as a sentence without a full stop.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
