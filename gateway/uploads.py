"""`POST /v1/uploads`: a photo comes in, and a capability for it goes out."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
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


Receive = Callable[[Path], None]


class Pictures:
    """Makes pictures harmless and keeps them."""

    def __init__(self, converter: Converter, store: FileStore, clock: Clock) -> None:
        self._converter = converter
        self._store = store
        self._clock = clock

    def take(self, receive: Receive) -> UploadedPhoto:
        """What was kept. receive: puts the file where it is told; may raise.

        Raises PictureRefused, Unavailable, and TooLarge for a file of more than 10 MB.
        """
        with TemporaryDirectory(prefix="kota-upload-") as folder:
            source = Path(folder, "source")
            receive(source)
            if source.stat().st_size > limits.MAX_UPLOAD:
                raise TooLarge()
            with metrics.upload_converted(source.stat().st_size):
                picture = self._converter.convert(source, Path(folder))
            return self._keep(picture)

    def _keep(self, picture: Picture) -> UploadedPhoto:
        photo = UploadedPhoto(
            hour_of(self._clock.now()),
            picture.digest,
            picture.width,
            picture.height,
            picture.bytes,
            picture.likeness,
        )
        self._store.put(photo.key("thumb"), picture.thumb, "image/jpeg")
        self._store.put(photo.key(), picture.picture, "image/jpeg")
        return photo


class Uploads:
    """The handler of By.UPLOAD."""

    def __init__(self, pictures: Pictures, capabilities: Capabilities) -> None:
        self._pictures = pictures
        self._capabilities = capabilities

    def respond(self, exchange: Exchange) -> Response:
        """Make the picture harmless, keep it, and say how to refer to it."""
        requests.refuse_query(exchange.request)
        photo = self._pictures.take(partial(_receive, exchange.request))
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


def _receive(request: Request, target: Path) -> None:
    """Put the file into `target`. Raises UnsupportedMediaType, Invalid, Malformed."""
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
