"""An answer takes its contract's form, once."""

from __future__ import annotations

from services.chassis import fields
from services.chassis.published import Published, published


class Shown(fields.Schema):
    size = fields.Integer(required=True, min=0, max=9)


def test_an_answer_takes_its_published_form_once() -> None:
    once = Published(published(Shown, {"size": 1, "secret": "b"}))
    assert once == {"size": 1}
    assert published(Shown, once) is once
