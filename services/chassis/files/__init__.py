"""Where files are kept: messages carry only their keys (claim check).

    store = open_store("file:///var/lib/kota/files")
    store.put("photos/2026112413/9f86….jpg", path, "image/jpeg")

A key's content never changes: keys are made from digests.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from services.chassis.files.local import LocalFiles
from services.chassis.files.store import FilesAway, FileStore, StoredFile

__all__ = ["FileStore", "FilesAway", "StoredFile", "open_store"]


def open_store(url: str) -> FileStore:
    """The store at `url`: file:///folder, or s3://bucket/prefix?endpoint=http://host:port&region=…

    Credentials for S3 come from boto3's own environment variables.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        return LocalFiles(Path(parts.path))
    # heavy, and needed only here
    from services.chassis.files.s3 import S3Files

    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return S3Files(parts.netloc, parts.path.strip("/"), asked.get("endpoint"), asked.get("region"))
