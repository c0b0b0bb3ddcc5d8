"""`POST /v1/uploads`: a photo comes in, and a capability for it goes out."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from werkzeug.exceptions import HTTPException
from werkzeug.formparser import FormDataParser
from werkzeug.wrappers import Request, Response

from gateway import metrics, requests, responses
from gateway.contract import UPLOAD_PHOTO
from gateway.errors import TooLarge, UnsupportedMediaType
from gateway.exchange import Exchange
from gateway.http import limits
from gateway.images.converter import Converter, Picture
from services.chassis import fields
from services.chassis.capabilities import Capabilities, UploadedPhoto, hour_of
from services.chassis.clock import Clock
from services.chassis.errors import FieldError, Invalid, Malformed
from services.chassis.files import FileStore
from services.chassis.text import Text

_ONE_FILE = Text("Send one file in the field `file`.", id="Kirim satu berkas di isian `file`.")


class Uploads:
    """The handler of By.UPLOAD."""

    def __init__(
        self, converter: Converter, store: FileStore, capabilities: Capabilities, clock: Clock
    ) -> None:
        self._converter = converter
        self._store = store
        self._capabilities = capabilities
        self._clock = clock

    def respond(self, exchange: Exchange) -> Response:
        """Make the picture harmless, keep it, and say how to refer to it."""
        requests.refuse_query(exchange.request)
        with TemporaryDirectory(prefix="kota-upload-") as folder:
            source = Path(folder, "source")
            _receive(exchange.request, source)
            with metrics.upload_converted(source.stat().st_size):
                picture = self._converter.convert(source, Path(folder))
            photo = self._keep(picture)
        capability, expires = self._capabilities.issue(photo, exchange.principal.subject)
        answer = fields.instance(UPLOAD_PHOTO.response).dump(
            {
                "digest": photo.digest,
                "capability": capability,
                "expires_at": expires,
                "width": photo.width,
                "height": photo.height,
                "bytes": photo.bytes,
            }
        )
        return responses.answer(answer, status=exchange.route.status)

    def _keep(self, picture: Picture) -> UploadedPhoto:
        photo = UploadedPhoto(
            hour_of(self._clock.now()), picture.digest, picture.width, picture.height, picture.bytes
        )
        self._store.put(photo.key("thumb"), picture.thumb, "image/jpeg")
        self._store.put(photo.key(), picture.picture, "image/jpeg")
        return photo


def _receive(request: Request, target: Path) -> None:
    """Put the file into `target`. Raises UnsupportedMediaType, TooLarge, Invalid, Malformed."""
    if request.mimetype == "multipart/form-data":
        with _form_file(request) as source, target.open("wb") as out:
            shutil.copyfileobj(source, out)
    elif request.mimetype.startswith("image/"):
        with target.open("wb") as out:
            shutil.copyfileobj(request.environ["wsgi.input"], out)
    else:
        raise UnsupportedMediaType(
            Text(
                "Send the image itself as image/jpeg, image/png or image/webp, or a form.",
                id="Kirim gambar sebagai image/jpeg, image/png atau image/webp, atau formulir.",
            )
        )
    if target.stat().st_size > limits.MAX_UPLOAD:
        raise TooLarge()


@contextmanager
def _form_file(request: Request) -> Iterator[IO[bytes]]:
    parser = FormDataParser(max_form_memory_size=limits.FORM_BUFFER, max_form_parts=2, silent=False)
    try:
        _, fields, files = parser.parse(
            request.environ["wsgi.input"],
            request.mimetype,
            request.content_length,
            request.mimetype_params,
        )
    except (ValueError, HTTPException):
        raise Malformed(Text("This is not a form.", id="Ini bukan formulir.")) from None
    try:
        if len(fields) or list(files) != ["file"] or len(files.getlist("file")) != 1:
            raise Invalid(errors=[FieldError("file", "required", _ONE_FILE)])
        yield files["file"].stream
    finally:
        for _, file in files.items(multi=True):
            file.close()
