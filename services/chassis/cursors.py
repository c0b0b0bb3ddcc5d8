"""Pages of a list: a cursor names the last row that was shown, so pages neither skip nor repeat."""

from __future__ import annotations

import base64
import binascii
import uuid

from services.chassis.database import Row
from services.chassis.errors import Malformed
from services.chassis.text import Text

_FOREIGN = Text("This cursor is not one of ours.", id="Kursor ini bukan milik kami.")


class Cursor(str):
    """The id (UUIDv7) of the last row of a page."""

    @classmethod
    def read(cls, given: str | None) -> Cursor | None:
        """What a caller sent back; None for the first page. Raises Malformed if it is not ours."""
        if given is None:
            return None
        try:
            raw = base64.urlsafe_b64decode(given.encode("ascii"))
            return cls(uuid.UUID(bytes=raw))
        except (ValueError, binascii.Error):
            raise Malformed(_FOREIGN) from None

    def written(self) -> str:
        """The form that callers get."""
        return base64.urlsafe_b64encode(uuid.UUID(self).bytes).decode()


def page_of(rows: list[Row], limit: int) -> tuple[list[Row], str | None]:
    """Cut rows (fetched as limit + 1) to a page; the cursor of the next page, or None."""
    page = rows[:limit]
    return page, Cursor(page[-1]["id"]).written() if len(rows) > limit else None
