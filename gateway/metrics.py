"""What the gateway counts and measures, besides what every process does.

Labels come from the table of routes and from the errors' codes, never from what a client sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import nan
from shutil import disk_usage
from time import monotonic
from urllib.parse import urlsplit

from prometheus_client import Counter, Gauge, Histogram

from gateway.routes import Route
from services.chassis.errors import DomainError
from services.chassis.metrics import SECONDS, counter, histogram

_REQUESTS = Counter("kota_http_requests_total", "Requests answered", ["route", "class", "status"])
_TIME = Histogram("kota_http_request_seconds", "Until the answer", ["class"], buckets=SECONDS)
_PROBLEMS = Counter("kota_http_problems_total", "Problems answered", ["code", "status"])
_IN_USE = Gauge("kota_http_in_use", "What is taken of a bounded resource", ["resource"])
_LIMIT = Gauge("kota_http_limit", "How much there is of it", ["resource"])
_UPLOADS = Counter("kota_uploads_total", "Photos converted, or refused", ["outcome"])
_BYTES = Counter("kota_upload_bytes_total", "Bytes of photos as they came")
_CONVERTING = Histogram("kota_upload_convert_seconds", "Time to convert", buckets=SECONDS)
_FREE = Gauge("kota_files_free_bytes", "Room left where files are kept, if that is a folder")
_ROOM = Gauge("kota_files_size_bytes", "All the room there is")


def request_answered(route: Route | None, status: int, seconds: float) -> None:
    """One request was answered; no route: it led nowhere, or could not be read."""
    name = "none" if route is None else f"{route.method} {route.path}"
    rate = "none" if route is None else route.rate.label
    counter(_REQUESTS, name, rate, status).inc()
    histogram(_TIME, rate).observe(seconds)


def problem_answered(error: DomainError) -> None:
    """One request got a problem for an answer."""
    _PROBLEMS.labels(error.code, error.status).inc()


def watch(resource: str, limit: int, in_use: Callable[[], float]) -> None:
    """A bounded resource; `in_use` is asked whenever somebody reads the metrics."""
    _LIMIT.labels(resource).set(limit)
    _IN_USE.labels(resource).set_function(in_use)


def watch_files(url: str) -> None:
    """Where files are kept; nothing is measured of a store that is not ours to fill."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        _FREE.set_function(lambda: _disk(parts.path)[0])
        _ROOM.set_function(lambda: _disk(parts.path)[1])


def _disk(path: str) -> tuple[float, float]:
    """(free, all) in bytes; not a number while the folder cannot be looked at."""
    try:
        usage = disk_usage(path)
    except OSError:
        return nan, nan
    return usage.free, usage.total


@contextmanager
def upload_converted(size: int) -> Iterator[None]:
    """Around converting a photo of so many bytes."""
    started, outcome = monotonic(), "ok"
    _BYTES.inc(size)
    try:
        yield
    except DomainError as error:
        outcome = error.code
        raise
    except BaseException:
        outcome = "broken_off"
        raise
    finally:
        _UPLOADS.labels(outcome).inc()
        _CONVERTING.observe(monotonic() - started)
