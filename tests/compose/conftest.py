"""Tests of the deployment itself; only `make compose-test` runs them, for they need an engine."""

from tests.composed import IS_ASKED_FOR
from tests.running import admin, citizen, city, guest, officer, stack

__all__ = ["admin", "citizen", "city", "guest", "officer", "stack"]

collect_ignore_glob = [] if IS_ASKED_FOR else ["test_*.py"]
