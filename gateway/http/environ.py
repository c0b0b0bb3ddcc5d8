"""A message in the form that werkzeug reads."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import unquote_to_bytes

from werkzeug.wrappers import Request

from gateway.http.message import Message

_WITHOUT_PREFIX = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


def request_from(message: Message, peer: str) -> Request:
    """The werkzeug request; its body is complete. peer: the address that connected to us."""
    path, _, query = message.target.partition(b"?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": message.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{message.version}",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": peer,
        "wsgi.url_scheme": "http",
        "wsgi.input": message.body or io.BytesIO(),
        "wsgi.version": (1, 0),
    }
    for name, value in message.headers.items():
        environ[_WITHOUT_PREFIX.get(name) or "HTTP_" + name.upper().replace("-", "_")] = value
    # a chunked body has a length now, and is read as any other
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ["CONTENT_LENGTH"] = str(message.size)
    return Request(environ)
