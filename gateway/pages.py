"""Pages behind the links in e-mails: they say what will happen, and do it at one click.

Mail programs post to them by themselves (RFC 8058: `List-Unsubscribe=One-Click`, without cookies or
tokens of ours); reading a page never changes anything. What is posted is not looked at: the link
says everything.
"""

from __future__ import annotations

from html import escape
from typing import Any

from werkzeug.wrappers import Response

from gateway import requests
from gateway.errors import UnsupportedMediaType
from gateway.exchange import Exchange, Rpc
from services.chassis.text import Text

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_POSTED = ("", "application/x-www-form-urlencoded", "multipart/form-data", "application/json")
_SAID = {
    ("unsubscribe", False): Text(
        "Do you want no more e-mail about reports?",
        id="Berhenti menerima surel tentang laporan?",
    ),
    ("unsubscribe", True): Text(
        "You get no more e-mail about reports.",
        id="Anda tidak lagi menerima surel tentang laporan.",
    ),
    ("confirm", False): Text(
        "Is this e-mail address yours, and may we write again about your report?",
        id="Apakah alamat surel ini milik Anda, dan bolehkah kami mengirim kabar berikutnya?",
    ),
    ("confirm", True): Text(
        "Thank you. Your e-mail address is confirmed.",
        id="Terima kasih. Alamat surel Anda sudah dikonfirmasi.",
    ),
    ("follow", False): Text(
        "Do you want e-mail about what happens: {about}?",
        id="Anda ingin menerima surel tentang kabar berikut: {about}?",
    ),
    ("follow", True): Text(
        "Thank you. You get e-mail about what happens: {about}.",
        id="Terima kasih. Anda menerima surel tentang kabar berikut: {about}.",
    ),
    ("unfollow", False): Text(
        "Do you want no more e-mail about what happens: {about}?",
        id="Berhenti menerima surel tentang kabar berikut: {about}?",
    ),
    ("unfollow", True): Text(
        "You get no more e-mail about what happens: {about}.",
        id="Anda tidak lagi menerima surel tentang kabar berikut: {about}.",
    ),
}
_ALL = Text("all that you follow", id="semua yang Anda ikuti")
_YES = Text("Yes", id="Ya")
_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{said}</title>
</head>
<body style="margin:0;padding:24px;font:18px/1.5 sans-serif;max-width:560px">
<p>{said}</p>
{button}
</body>
</html>
"""
_BUTTON = """<form method="post">
<button style="font:inherit;padding:12px 32px">{yes}</button>
</form>"""


class Pages:
    """The handler of By.PAGE."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc

    def respond(self, exchange: Exchange) -> Response:
        """The page as it is now, or after the click. Raises NotFound for a foreign link."""
        request, operation = exchange.request, exchange.route.operation
        requests.refuse_query(request)
        if request.method == "POST":
            if request.mimetype not in _POSTED:
                raise UnsupportedMediaType()
            request.get_data(cache=False)
        state = self._rpc.call(
            exchange.route.service, operation.name, exchange.path, exchange.headers_now
        )
        return Response(
            _page(state, exchange),
            headers={"Content-Security-Policy": POLICY},
            content_type="text/html; charset=utf-8",
        )


def _page(state: dict[str, Any], exchange: Exchange) -> str:
    language = exchange.headers.language
    about = state.get("about") or _ALL
    said = _SAID[(state["purpose"], state["done"])].format(about=about).in_language(language)
    button = "" if state["done"] else _BUTTON.format(yes=_YES.in_language(language))
    return _PAGE.format(language=language, said=escape(said), button=button)
