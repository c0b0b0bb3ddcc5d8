"""What the routes need to be asked with: a body each, and a picture."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

from PIL import Image

from tests.client import Client

REPORT = {"category": "sampah", "description": "uji akses", "lat": -6.3223, "long": 106.6943}
# what a body needs besides the document's own examples
BODIES: dict[str, dict[str, Any]] = {
    "issue_token": {"login": "nobody", "password": "x" * 12},
    "refresh_token": {"refresh_token": "x" * 43},
    "revoke_token": {"refresh_token": "x" * 43},
    "create_account": {"login": "admin", "password": "x" * 16, "role": "citizen"},
    "submit_report": REPORT,
    "assign_report": {"agency": "DLH"},
    "hold_report": {"reason": "x"},
    "resolve_report": {"note": "x", "photos": ["x" * 30]},
    "reject_report": {"reason": "x"},
    "forward_report": {"agency": "DISHUB", "reason": "x"},
    "refer_report": {"authority": "x", "reason": "x"},
    "merge_report": {"duplicate_of": "01a20cfc-cc25-74ef-9d87-6baafa01c839", "reason": "x"},
    "unmerge_report": {"reason": "x"},
    "reopen_report": {"reason": "x"},
    "rate_report": {"score": 5},
    "comment_report": {"text": "x"},
    "hide_report": {"reason": "x"},
    "note_report": {"text": "x"},
    "follow_up_report": {"still_well": True},
    "forget_reporter": {"irrevocable": True, "reason": "x"},
    "moderate_report": {"what": "description", "reason": "x"},
    "restore_report": {"what": "description", "reason": "x"},
    "invite_report": {"agency": "DISHUB", "reason": "x"},
    "withdraw_report": {"agency": "DISHUB", "reason": "x"},
    "finish_report": {"note": "x"},
    "decline_report": {"reason": "x"},
    "block_sender": {
        "report": "01a20cfc-cc25-74ef-9d87-6baafa01c839",
        "which": ["device"],
        "reason": "uji",
        "until": "2030-01-31T12:00:00+07:00",
    },
    "lift_block": {"reason": "uji"},
    "vote_incident": {"answer": "gone"},
    "merge_incident": {"into": "01a20cfc-cc25-74ef-9d87-6baafa01c839"},
    "split_incident": {"reports": ["01a20cfc-cc25-74ef-9d87-6baafa01c839"]},
    "begin_site": {"duty": "clean"},
    "clean_site": {"note": "x"},
    "enforce_site": {"note": "x"},
    "close_site": {"reason": "x"},
    "merge_site": {"into": "01a20cfc-cc25-74ef-9d87-6baafa01c839", "reason": "x"},
    "move_site_report": {"report": "01a20cfc-cc25-74ef-9d87-6baafa01c839", "reason": "x"},
    "follow_topic": {"category": "sampah", "rhythm": "daily"},
    "follow_topic_by_mail": {"category": "sampah", "email": "akses@example.org"},
}


def soon() -> str:
    """Tomorrow, until when somebody may be blocked."""
    return (datetime.now(UTC) + timedelta(days=1)).isoformat()


def picture() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((64, 48), 60).save(out, "PNG")
    return out.getvalue()


def upload(client: Client) -> str:
    answer = client.send("POST", "/v1/uploads", picture(), {"Content-Type": "image/png"})
    assert answer.status == 201, answer.text
    return str(answer.json["capability"])
