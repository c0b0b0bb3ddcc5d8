"""Texts of a certain kind: plain ones that are shown to others, names in small letters, e-mail."""

from __future__ import annotations

import re
from typing import Any

import marshmallow as ma
from marshmallow import validate

from services.chassis import fields
from services.chassis.text import Text

# a tag, a comment or a declaration begins like this
_TAG = re.compile(r"<(?:/?[A-Za-z]|!|\?)")
SLUG = "[a-z0-9]+(?:-[a-z0-9]+)*"


class PlainText(fields.String):
    """Text that is shown to others and holds no HTML. A lone `<` or `a < b` is none."""

    default_error_messages: fields.Messages = {
        "html": Text("Plain text only, without HTML.", id="Hanya teks biasa, tanpa HTML.")
    }

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if _TAG.search(text):
            raise self.make_error("html")
        return text


class Slug(fields.String):
    """A name in small letters and digits, with single hyphens between them."""

    default_error_messages: fields.Messages = {
        "slug": Text(
            "Small letters, digits and hyphens, such as jalan-kita.",
            id="Huruf kecil, angka, dan tanda hubung, misalnya jalan-kita.",
        )
    }

    def __init__(self, *, max: int, **kwargs: Any) -> None:
        super().__init__(min=1, max=max, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if re.fullmatch(SLUG, text) is None:
            raise self.make_error("slug")
        return text


class Email(fields.String):
    """An e-mail address of at most 254 characters (RFC 5321)."""

    default_error_messages: fields.Messages = {
        "email": Text("This must be an e-mail address.", id="Ini harus berupa alamat surel.")
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max=254, **fields.documented(kwargs, format="email"))

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            validate.Email()(text)
        except ma.ValidationError as error:
            raise self.make_error("email") from error
        return text
