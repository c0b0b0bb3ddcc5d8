"""Pages of a list: a cursor names the last row that was shown, so pages neither skip nor repeat."""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from services.chassis.database import Row
from services.chassis.errors import Malformed
from services.chassis.text import Text

_FOREIGN = Text("This cursor is not one of ours.", id="Kursor ini bukan milik kami.")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FOR_EVER = 2**63 - 1


class Written(Protocol):
    """A place in a list."""

    def written(self) -> str:
        """The form that callers get."""
        ...


class Cursor(str):
    """The id (UUIDv7) of the last row of a page: for lists in the order of ids."""

    @classmethod
    def read(cls, given: str | None) -> Cursor | None:
        """What a caller sent back; None for the first page. Raises Malformed if it is not ours."""
        raw = _bytes(given, 16)
        return None if raw is None else cls(uuid.UUID(bytes=raw))

    @classmethod
    def of(cls, row: Row) -> Cursor:
        """The place of a row."""
        return cls(row["id"])

    def written(self) -> str:
        """The form that callers get."""
        return _text(uuid.UUID(self).bytes)


class Serial(int):
    """The number of the last row of a page: for lists in the order of versions."""

    @classmethod
    def read(cls, given: str | None) -> Serial | None:
        """What a caller sent back; None for the first page. Raises Malformed if it is not ours."""
        raw = _bytes(given, 4)
        return None if raw is None else cls(int.from_bytes(raw))

    @classmethod
    def of(cls, row: Row) -> Serial:
        """The place of a row."""
        return cls(row["version"])

    def written(self) -> str:
        """The form that callers get."""
        return _text(self.to_bytes(4))


@dataclass(frozen=True)
class Moment:
    """A due date and an id: for lists in the order of `due_at` (none comes last) and id."""

    at: datetime | None
    id: str

    @classmethod
    def read(cls, given: str | None) -> Moment | None:
        """What a caller sent back; None for the first page. Raises Malformed if it is not ours."""
        raw = _bytes(given, 24)
        if raw is None:
            return None
        number = int.from_bytes(raw[:8])
        try:
            at = None if number == _FOR_EVER else _EPOCH + number * _MICROSECOND
        except OverflowError:
            raise Malformed(_FOREIGN) from None
        return cls(at, str(uuid.UUID(bytes=raw[8:])))

    @classmethod
    def of(cls, row: Row) -> Moment:
        """The place of a row."""
        return cls(row["due_at"], row["id"])

    def written(self) -> str:
        """The form that callers get."""
        number = _FOR_EVER if self.at is None else (self.at - _EPOCH) // _MICROSECOND
        return _text(number.to_bytes(8) + uuid.UUID(self.id).bytes)

    def values(self) -> dict[str, Any]:
        """`at` and `after` for the SQL."""
        return {"at": "infinity" if self.at is None else self.at.isoformat(), "after": self.id}


@dataclass(frozen=True)
class Weight:
    """A number and an id: for lists of what weighs most first."""

    weight: int
    id: str

    @classmethod
    def read(cls, given: str | None) -> Weight | None:
        """What a caller sent back; None for the first page. Raises Malformed if it is not ours."""
        raw = _bytes(given, 20)
        if raw is None:
            return None
        return cls(int.from_bytes(raw[:4]), str(uuid.UUID(bytes=raw[4:])))

    @classmethod
    def of(cls, row: Row) -> Weight:
        """The place of a row."""
        return cls(row["score"], row["id"])

    def written(self) -> str:
        """The form that callers get."""
        return _text(self.weight.to_bytes(4) + uuid.UUID(self.id).bytes)


def page_of(
    rows: list[Row], limit: int, place: Callable[[Row], Written] = Cursor.of
) -> tuple[list[Row], str | None]:
    """Cut rows (fetched as limit + 1) to a page; the cursor of the next page, or None."""
    page = rows[:limit]
    return page, place(page[-1]).written() if len(rows) > limit else None


def _bytes(given: str | None, length: int) -> bytes | None:
    if given is None:
        return None
    try:
        raw = base64.b64decode(given.encode("ascii"), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise Malformed(_FOREIGN) from None
    if len(raw) != length:
        raise Malformed(_FOREIGN)
    return raw


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()
