"""Who may block a sender, see who is blocked, and let them go again."""

from __future__ import annotations

from services.chassis import fields, text_fields
from services.chassis.contract import Kind, Operation
from services.chassis.errors import (
    Conflict,
    Forbidden,
    IdempotencyKeyReused,
    Invalid,
    Malformed,
    NotFound,
)
from services.chassis.principal import LEADERS, OVERSEERS, STAFF, Role
from services.chassis.text import Text
from services.reports.schemas import SUSPECTED_FOR, Report

WHICH = ("account", "device", "address", "network")
LONGEST_REASON = 500


class Blocked(Forbidden):
    """Whoever sends this is blocked for a while; reading stays open."""

    code = "blocked"
    title = Text("You are blocked from sending", id="Anda diblokir untuk mengirim")


def reason_field() -> text_fields.PlainText:
    """Why; whoever is blocked reads it."""
    return text_fields.PlainText(
        required=True,
        min=3,
        max=LONGEST_REASON,
        metadata={"example": "Berulang kali mengirim iklan"},
    )


class BlockSender(fields.Schema):
    """Whom, why and until when.

    Of report (and version, for a comment on it), account and network exactly one: whoever sent that
    report, an account of a citizen, or a network. which: by what the sender of the report is known
    from now on; a network is the next wider one of the address. Account and network are for admins.
    """

    report = fields.UUID()
    version = fields.Integer(min=1, max=2**31 - 1, load_default=1)
    which = fields.List(
        fields.Choice(WHICH), min=1, max=len(WHICH), metadata={"example": ["account", "device"]}
    )
    account = fields.UUID()
    network = fields.String(min=3, max=60)
    reason = reason_field()
    until = fields.Timestamp(required=True, metadata={"example": "2030-01-31T12:00:00+07:00"})


class LiftBlock(fields.Schema):
    """Which block ends now, and why."""

    id = fields.UUID(required=True)
    reason = reason_field()


class ListBlocks(fields.Schema):
    """A page, newest first. active: only those that hold now (true) or have ended (false)."""

    limit = fields.Integer(min=1, max=100, load_default=20)
    cursor = fields.String(max=200)
    active = fields.Boolean()


class Block(fields.Schema):
    """A block. which: by what the sender is known; what that is nobody reads.

    report, version: what the sender had sent, null where an admin named somebody. agency: of
    whoever set it, null for admins. active: whether it holds now. lifted_at, lifted_by,
    lifted_because: null unless somebody ended it early.
    """

    id = fields.UUID(required=True)
    which = fields.List(fields.Choice(WHICH), required=True)
    report = fields.UUID(required=True, allow_none=True)
    version = fields.Integer(required=True, allow_none=True, min=1, max=2**31 - 1)
    agency = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, max=LONGEST_REASON)
    set_by = fields.String(required=True)
    set_at = fields.Timestamp(required=True)
    until = fields.Timestamp(required=True)
    active = fields.Boolean(required=True)
    lifted_by = fields.String(required=True, allow_none=True)
    lifted_at = fields.Timestamp(required=True, allow_none=True)
    lifted_because = fields.String(required=True, allow_none=True, max=LONGEST_REASON)


class BlockList(fields.Schema):
    """Newest first. `next` is the cursor of the following page, null on the last."""

    items = fields.List(fields.Nested(Block), required=True)
    next = fields.String(required=True, allow_none=True)


class ListSuspects(fields.Schema):
    """A page, what waits longest first. agency: for overseers; staff sees its own."""

    limit = fields.Integer(min=1, max=100, load_default=20)
    cursor = fields.String(max=200)
    agency = fields.String(min=1, max=20, metadata={"example": "DLH"})


class Suspect(fields.Schema):
    """Something that looks like abuse: the report itself (version 1), or a comment on it.

    reasons: why. text: what the comment says. To show it, `restore` the report (`what: report`) or
    the comment (`timeline.VERSION`); to keep it hidden, `hide` or `moderate` it. A report that is
    rejected or merged waits no more either.
    """

    id = fields.UUID(required=True)
    report = fields.Nested(Report, required=True)
    version = fields.Integer(required=True, min=1, max=2**31 - 1)
    since = fields.Timestamp(required=True)
    reasons = fields.List(fields.Choice(SUSPECTED_FOR), required=True)
    text = fields.String(required=True, allow_none=True, max=fields.MAX_TEXT, multiline=True)


class SuspectList(fields.Schema):
    """`next` is the cursor of the following page, null on the last."""

    items = fields.List(fields.Nested(Suspect), required=True)
    next = fields.String(required=True, allow_none=True)


_WHO_BLOCKS = LEADERS | {Role.ADMIN}
BLOCK_SENDER = Operation(
    "block_sender",
    BlockSender,
    Block,
    Text("Let somebody send nothing for a while", id="Blokir pengirim untuk sementara"),
    Kind.COMMAND,
    access=_WHO_BLOCKS,
    errors=(Invalid, NotFound, Conflict, Forbidden, IdempotencyKeyReused),
)
LIFT_BLOCK = Operation(
    "lift_block",
    LiftBlock,
    Block,
    Text("Let them send again", id="Cabut blokir"),
    Kind.COMMAND,
    access=_WHO_BLOCKS,
    errors=(NotFound, Conflict, Invalid, IdempotencyKeyReused),
)
LIST_BLOCKS = Operation(
    "list_blocks",
    ListBlocks,
    BlockList,
    Text("Who may send nothing, and why", id="Daftar blokir"),
    access=LEADERS | OVERSEERS,
    errors=(Malformed,),
)
LIST_SUSPECTED = Operation(
    "list_suspected",
    ListSuspects,
    SuspectList,
    Text("What looks like abuse and waits to be looked at", id="Kiriman yang ditahan"),
    access=STAFF,
    errors=(Malformed, NotFound),
)
ABUSE_OPERATIONS = (BLOCK_SENDER, LIFT_BLOCK, LIST_BLOCKS, LIST_SUSPECTED)
