"""What the gateway itself refuses."""

from __future__ import annotations

from services.chassis.errors import DomainError
from services.chassis.text import Text


class TooLarge(DomainError):
    """The body is larger than we read."""

    status, code = 413, "too_large"
    title = Text("The request is too large", id="Permintaan terlalu besar")


class RequestTimeout(DomainError):
    """The request did not arrive completely in time."""

    status, code = 408, "request_timeout"
    title = Text("The request took too long to arrive", id="Permintaan terlalu lama dikirim")


class TargetTooLong(DomainError):
    """The address is longer than we read."""

    status, code = 414, "uri_too_long"
    title = Text("The address is too long", id="Alamat terlalu panjang")


class HeadTooLarge(DomainError):
    """The headers are too many or too large."""

    status, code = 431, "headers_too_large"
    title = Text("The headers are too many or too large", id="Header terlalu banyak atau besar")


class ExpectationFailed(DomainError):
    """An Expect header other than 100-continue."""

    status, code = 417, "expectation_failed"
    title = Text("Expect may only be 100-continue", id="Expect hanya boleh 100-continue")


class UnsupportedMediaType(DomainError):
    """A body of another kind than asked for."""

    status, code = 415, "unsupported_media_type"
    title = Text("Send application/json", id="Kirim application/json")


class WrongMethod(DomainError):
    """The path exists, for other methods."""

    status, code = 405, "method_not_allowed"
    title = Text("This method is not allowed here", id="Metode ini tidak diperbolehkan di sini")

    def __init__(self, allowed: list[str]) -> None:
        super().__init__()
        self.allowed = allowed
