"""Files in a bucket of S3, or of anything that speaks its protocol."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from services.chassis.errors import NotFound
from services.chassis.files.store import CHUNK, FilesAway, StoredFile, checked

_CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 2})
_MISSING = ("404", "NoSuchKey", "NotFound")
# what one call of the protocol deletes at most
_DELETED_AT_ONCE = 1_000


class S3Files:
    """bucket: exists. prefix: put before every key. endpoint: of another server than Amazon's."""

    def __init__(
        self, bucket: str, prefix: str, endpoint: str | None = None, region: str | None = None
    ) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._client = boto3.client(
            "s3", endpoint_url=endpoint, region_name=region or "us-east-1", config=_CONFIG
        )

    def put(self, key: str, source: Path, media_type: str) -> None:
        """The bucket shows a file only when it is complete."""
        with _telling(), source.open("rb") as content:
            self._client.put_object(
                Bucket=self._bucket,
                Key=self._prefix + checked(key),
                Body=content,
                ContentType=media_type,
            )

    def open(self, key: str) -> StoredFile:
        """Read a file."""
        with _telling():
            found = self._client.get_object(Bucket=self._bucket, Key=self._prefix + checked(key))
        body = found["Body"]
        return StoredFile(found["ContentLength"], body.iter_chunks(CHUNK), body.close)

    def keys(self, folder: str) -> Iterator[str]:
        """All keys below `folder`."""
        pages = self._client.get_paginator("list_objects_v2")
        with _telling():
            below = f"{self._prefix}{checked(folder)}/"
            for page in pages.paginate(Bucket=self._bucket, Prefix=below):
                for item in page.get("Contents", ()):
                    yield item["Key"].removeprefix(self._prefix)

    def delete(self, keys: Iterable[str]) -> None:
        """Forget files."""
        left = iter(keys)
        with _telling():
            while batch := [
                {"Key": self._prefix + checked(key)} for key in islice(left, _DELETED_AT_ONCE)
            ]:
                self._client.delete_objects(Bucket=self._bucket, Delete={"Objects": batch})


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _MISSING:
            raise NotFound() from None
        raise FilesAway() from error
    except (BotoCoreError, OSError) as error:
        raise FilesAway() from error
