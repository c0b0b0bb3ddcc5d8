"""Every error that may cross a boundary, and how it travels.

    DomainError
    ├── Malformed 400          the request cannot be read
    ├── Unauthenticated 401    no valid token where one is needed
    ├── Forbidden 403          a valid token without the right
    ├── NotFound 404           not there, or not yours
    ├── Conflict 409           illegal in the present state
    ├── StaleVersion 412       If-Match names an older version
    ├── Invalid 422            fields with reasons
    │   └── IdempotencyKeyReused
    ├── TooManyRequests 429
    ├── InternalError 500      a defect; details are in the log only
    └── Unavailable 503        try again after `retry_after` seconds
        ├── Busy               there is more to do than can be done
        ├── DatabaseAway       our own database does not answer
        └── RpcError           what can go wrong between caller and service
            ├── BrokerAway     the request could not be handed to the broker
            ├── UnknownService no service listens under that name
            └── ServiceTimeout the service did not answer within the budget

An error carries its own words in both languages, so a gateway of version N renders what a
service of version N+1 raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from services.chassis.text import Text


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field: its dotted path, a stable code, and the words."""

    field: str
    code: str
    message: Text

    def data(self) -> dict[str, Any]:
        """The JSON form."""
        return {"field": self.field, "code": self.code, "message": self.message.data()}


class DomainError(Exception):
    """Base of all errors that a caller is told about."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "error"
    title: ClassVar[Text] = Text("Error", id="Kesalahan")
    retry_after: int | None = None

    def __init__(
        self,
        detail: Text | None = None,
        errors: Iterable[FieldError] = (),
        *,
        retry_after: int | None = None,
    ) -> None:
        self.detail = detail or self.title
        self.errors = tuple(errors)
        if retry_after is not None:
            self.retry_after = retry_after
        super().__init__(str(self.detail))

    def data(self) -> dict[str, Any]:
        """The JSON form; `from_data` reads it back."""
        return {
            "status": self.status,
            "code": self.code,
            "title": self.title.data(),
            "detail": self.detail.data(),
            "errors": [error.data() for error in self.errors],
            "retry_after": self.retry_after,
        }


class Malformed(DomainError):
    """The request cannot be read at all."""

    status, code = 400, "malformed"
    title = Text("The request cannot be read", id="Permintaan tidak dapat dibaca")


class Unauthenticated(DomainError):
    """No valid access token where one is needed."""

    status, code = 401, "unauthenticated"
    title = Text("Please log in", id="Silakan masuk terlebih dahulu")


class Forbidden(DomainError):
    """The principal may not do this."""

    status, code = 403, "forbidden"
    title = Text("You may not do this", id="Anda tidak berwenang melakukan ini")


class NotFound(DomainError):
    """Not there, or not visible to the principal: the two are told alike on purpose."""

    status, code = 404, "not_found"
    title = Text("Not found", id="Tidak ditemukan")


class Conflict(DomainError):
    """Not possible in the present state."""

    status, code = 409, "conflict"
    title = Text("Not possible in the present state", id="Tidak mungkin pada keadaan saat ini")


class StaleVersion(DomainError):
    """If-Match names a version that is no longer the latest."""

    status, code = 412, "stale_version"
    title = Text(
        "Somebody changed this in the meantime; read it again",
        id="Data telah berubah; silakan baca ulang",
    )


class Invalid(DomainError):
    """One or more fields are wrong."""

    status, code = 422, "invalid"
    title = Text("Some fields are not right", id="Beberapa isian belum benar")


class IdempotencyKeyReused(Invalid):
    """The same Idempotency-Key came with another request."""

    code = "idempotency_key_reused"
    title = Text(
        "This Idempotency-Key was used for another request",
        id="Idempotency-Key ini sudah dipakai untuk permintaan lain",
    )


class TooManyRequests(DomainError):
    """A limit was reached."""

    status, code = 429, "too_many_requests"
    title = Text(
        "Too many requests; wait a little", id="Terlalu banyak permintaan; tunggu sebentar"
    )
    retry_after = 5


class InternalError(DomainError):
    """A defect on our side. Never carries details: those are in the log."""

    status, code = 500, "internal_error"
    title = Text("Something went wrong on our side", id="Terjadi kesalahan di pihak kami")


class Unavailable(DomainError):
    """For the moment it cannot be served; nothing was lost, trying again is safe."""

    status, code = 503, "unavailable"
    title = Text(
        "The service is briefly unavailable; please try again",
        id="Layanan sedang tidak tersedia; silakan coba lagi",
    )
    retry_after = 2


class Busy(Unavailable):
    """There is more to do than can be done in time; this was not begun."""

    code = "busy"
    title = Text("We are very busy; please try again", id="Sistem sedang sibuk; silakan coba lagi")


class DatabaseAway(Unavailable):
    """Our own database does not answer in time."""

    code = "database_away"


class RpcError(Unavailable):
    """Something between the caller and the service failed."""

    code = "rpc_error"


class BrokerAway(RpcError):
    """The request could not be handed to the broker."""

    code = "broker_away"


class UnknownService(RpcError):
    """No service listens under that name."""

    code = "unknown_service"


class ServiceTimeout(RpcError):
    """The service did not answer within the budget; it may or may not have acted."""

    code = "service_timeout"


def from_data(data: Mapping[str, Any]) -> DomainError:
    """Rebuild an error from its JSON form.

    The class is found by `code`; an unknown code (a newer service) becomes a DomainError that
    carries status, code and words as they came.
    """
    known = _by_code().get(str(data.get("code")))
    error_class = known or _foreign(data)
    errors = [
        FieldError(str(item["field"]), str(item["code"]), Text.of(item["message"]))
        for item in data.get("errors", ())
    ]
    # past the class' own way of being made, which may ask for more than travels
    error = error_class.__new__(error_class)
    DomainError.__init__(error, Text.of(data["detail"]), errors)
    error.retry_after = data.get("retry_after")
    return error


def _foreign(data: Mapping[str, Any]) -> type[DomainError]:
    body = {
        "status": int(data["status"]),
        "code": str(data["code"]),
        "title": Text.of(data["title"]),
    }
    return type("ForeignError", (DomainError,), body)


def _by_code() -> dict[str, type[DomainError]]:
    found: dict[str, type[DomainError]] = {}
    waiting: list[type[DomainError]] = [DomainError]
    while waiting:
        error_class = waiting.pop()
        # a subclass without a code of its own stands for its parent
        if "code" in vars(error_class) and error_class.__name__ != "ForeignError":
            found[error_class.code] = error_class
        waiting.extend(error_class.__subclasses__())
    return found
