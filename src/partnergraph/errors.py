"""Every error the project raises on purpose.

::

    PartnergraphError             what, where, how to mend it; one form everywhere
    ├── UsageError                exit 2, 400   the request cannot be meant that way
    │   ├── UnknownNameError      exit 2, 404   no such thing; the valid names are told
    │   ├── NotAcceptableError    exit 2, 406   a format we do not speak
    │   ├── UnsupportedFormError  exit 2, 415   a body in a form we do not read
    │   └── TooLargeError         exit 2, 413   more than the limit says
    ├── UnreadableInputError      exit 2, 400   a file or record that cannot be read
    ├── QuerySyntaxError          exit 2, 400   a query that does not parse
    ├── UnauthorizedError         exit 2, 401   for those allowed only, and no token shows that
    ├── RefusedError              exit 2, 403   understood, and not allowed
    ├── StoreError                exit 2, 503   the store is missing, broken or in use
    ├── LimitError                exit 2, 503   stopped at a limit, which is named
    │   └── TooOftenError         exit 2, 429   more requests than one client may send
    └── FaultError                exit 3, 500   our own mistake
"""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Where:
    """The place an error is about; only the parts that are known are set."""

    file: str | None = None
    line: int | None = None
    column: int | None = None
    name: str | None = None

    def __str__(self) -> str:
        place = ":".join(str(p) for p in (self.file, self.line, self.column) if p is not None)
        return " ".join(p for p in (place, self.name) if p)

    def as_dict(self) -> dict[str, str | int]:
        """Return the known parts."""
        return {k: v for k, v in asdict(self).items() if v is not None}


class PartnergraphError(Exception):
    """An error with a cause a person can act on.

    Args:
        detail: what is wrong, as a sentence without a full stop.
        where: the place it is about.
        hint: how to mend it.
    """

    title = "Something went wrong"
    status = 500
    exit_code = 3

    def __init__(self, detail: str, *, where: Where | None = None, hint: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.where = where or Where()
        self.hint = hint

    @property
    def slug(self) -> str:
        """The last part of the error's type IRI, such as ``unknown-name``."""
        name = type(self).__name__.removesuffix("Error")
        return "".join("-" + c.lower() if c.isupper() else c for c in name).strip("-")

    def as_dict(self) -> dict[str, object]:
        """Return the fields of RFC 9457 that do not depend on the request, with where and hint."""
        fields: dict[str, object] = {
            "type": f"https://w3id.org/partnergraph/error/{self.slug}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if where := self.where.as_dict():
            fields["where"] = where
        if self.hint:
            fields["hint"] = self.hint
        return fields

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.detail, self.where, self.hint))


def _rebuild(
    kind: type[PartnergraphError], detail: str, where: Where, hint: str
) -> PartnergraphError:
    return kind(detail, where=where, hint=hint)


class UsageError(PartnergraphError):
    """The request cannot be meant that way."""

    title = "This cannot be asked that way"
    status = 400
    exit_code = 2


class UnknownNameError(UsageError):
    """A name that nothing has."""

    title = "There is nothing of that name"
    status = 404


class NotAcceptableError(UsageError):
    """A format was asked for that is not offered there."""

    title = "That format is not offered here"
    status = 406


class UnsupportedFormError(UsageError):
    """A body came in a form that is not read there."""

    title = "That kind of content is not read here"
    status = 415


class TooLargeError(UsageError):
    """More was sent than the limit says."""

    title = "That is more than the limit"
    status = 413


class UnreadableInputError(PartnergraphError):
    """A file or record that cannot be read."""

    title = "The input cannot be read"
    status = 400
    exit_code = 2


class QuerySyntaxError(PartnergraphError):
    """A query that does not parse."""

    title = "The query cannot be read"
    status = 400
    exit_code = 2


class UnauthorizedError(PartnergraphError):
    """Something for those allowed, without a token that shows it."""

    title = "That is for those allowed"
    status = 401
    exit_code = 2


class RefusedError(PartnergraphError):
    """Something understood that is not allowed."""

    title = "That is not allowed here"
    status = 403
    exit_code = 2


class StoreError(PartnergraphError):
    """The store is missing, broken or in use."""

    title = "The store cannot be used"
    status = 503
    exit_code = 2


class LimitError(PartnergraphError):
    """Work was stopped at a limit; trying again after some seconds may be worth it."""

    retry_after = 5

    title = "Stopped at a limit"
    status = 503
    exit_code = 2


class TooOftenError(LimitError):
    """More requests than one client may send in a time."""

    title = "Too many requests"
    status = 429


class FaultError(PartnergraphError):
    """Our own mistake."""

    title = "A fault of ours"
