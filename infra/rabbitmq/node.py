"""A broker administered by `rabbitmqctl`, as a user who may read the node's cookie."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TIMEOUT_SECONDS = 60.0


class Node:
    """ctl: the command. environment: by which it finds the node and its cookie."""

    def __init__(self, ctl: Path, environment: Mapping[str, str]) -> None:
        self._ctl = ctl
        self._environment = os.environ | environment

    def users(self) -> dict[str, set[str]]:
        """All users and their tags."""
        listed = json.loads(self.run("--formatter", "json", "list_users"))
        return {user["user"]: set(user["tags"]) for user in listed}

    def import_definitions(self, document: Mapping[str, Any]) -> None:
        """Take the document in."""
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(document, file)
            file.flush()
            self.run("import_definitions", file.name)

    def definitions(self) -> dict[str, Any]:
        """Everything that lasts on the broker."""
        found: dict[str, Any] = json.loads(self.run("export_definitions", "-"))
        return found

    def delete_user(self, name: str) -> None:
        """Delete a user, and end its connections."""
        self.run("delete_user", name)

    def run(self, *arguments: str) -> str:
        """Run a command of `rabbitmqctl`; what it says. Raises OSError with what went wrong."""
        try:
            done = subprocess.run(
                [str(self._ctl), "--quiet", *arguments],
                env=self._environment, capture_output=True, text=True, check=False,
                timeout=TIMEOUT_SECONDS, cwd="/",
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise OSError(f"rabbitmqctl {arguments[0]}: no answer") from None
        if done.returncode != 0:
            raise OSError(f"rabbitmqctl {arguments[0]}: {done.stderr.strip()[-1000:]}")
        return done.stdout
