"""Where the deployment is that the operator's commands work on; nothing else knows.

Each thing is named by an environment variable, else it is found in the native stack's state folder
(`.local`, or KOTA_STATE).

| Variable | What it names |
|---|---|
| KOTA_STATE | the folder with `secrets/`, `keys/`, `logins.json`, and natively everything else |
| KOTA_VAULT | the folder with all secrets, where the state folder does not hold them |
| KOTA_URL | the gateway, such as https://kota.example |
| KOTA_DATABASE_URL_<SERVICE> | a service's database, as the service's own role |
| KOTA_MIGRATION_DATABASE_URL_<SERVICE> | the same, as the owner of the database |
| AMQP_URL | the broker, as the operator's user |
| KOTA_FILES_URL | the file store, as FILES_URL of reports |
| KOTA_CITY_PACK | the city pack of the first start |
| KOTA_CITY_PACKS | the folder with those that were loaded since |
| BACKUP_FOLDER, BACKUP_RECIPIENTS | where backups are kept, and for whom they are encrypted |
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import typer

from infra.kota.output import fail

SERVICES = ("registry", "reports", "notify", "permits")


@dataclass(frozen=True)
class Deployment:
    """One deployment. environment: where its variables are read from.

    What cannot be found ends the command with an explanation and the exit code 2.
    """

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @property
    def state(self) -> Path:
        """The state folder; it need not be there."""
        return Path(self.environment.get("KOTA_STATE", ".local"))

    @property
    def vault(self) -> Path:
        """The folder with `secrets/` and `keys/` of everything; it need not be there."""
        given = self.environment.get("KOTA_VAULT")
        return Path(given) if given else self.state

    @property
    def is_native(self) -> bool:
        """Whether a native stack was made in the state folder."""
        return (self.state / "environment").is_dir()

    def database_url(self, service: str) -> str:
        """The database of a service, as the service's own role."""
        return self._of_service(service, "DATABASE_URL")

    def owner_url(self, service: str) -> str:
        """The database of a service, as its owner."""
        return self._of_service(service, "MIGRATION_DATABASE_URL")

    @property
    def amqp_url(self) -> str:
        """The broker, as the operator's user."""
        given = self.environment.get("AMQP_URL")
        if given or not self.is_native:
            return given or _missing("AMQP_URL")
        from infra.local.rabbitmq import RabbitMQ
        from infra.local.state import State

        return RabbitMQ(State(self.state)).url()

    @property
    def base_url(self) -> str:
        """Where the gateway answers."""
        port = self.state / "port"
        native = f"http://127.0.0.1:{port.read_text()}" if port.is_file() else None
        return self.environment.get("KOTA_URL") or native or _missing("KOTA_URL")

    @property
    def files_url(self) -> str:
        """Where photos are kept."""
        given = self.environment.get("KOTA_FILES_URL")
        return given or self.given_to("reports", "FILES_URL") or _missing("KOTA_FILES_URL")

    @property
    def city_pack(self) -> Path:
        """The city pack that the services read when they start."""
        loaded = self._loaded_packs
        if loaded and (loaded / "active").exists():
            return loaded / "active"
        given = self.environment.get("KOTA_CITY_PACK") or self.given_to("reports", "CITY_PACK")
        return Path(given or _missing("KOTA_CITY_PACK"))

    @property
    def city_packs(self) -> Path:
        """The folder with the city packs that were loaded; it need not be there."""
        return self._loaded_packs or Path(_missing("KOTA_CITY_PACKS"))

    @property
    def _loaded_packs(self) -> Path | None:
        given = self.environment.get("KOTA_CITY_PACKS")
        if given:
            return Path(given)
        return self.state.resolve() / "city" if self.is_native else None

    @property
    def upload_secret(self) -> bytes:
        """What gateway and reports share."""
        file = self.vault / "secrets" / "upload"
        found = file.read_text().strip() if file.is_file() else None
        return bytes.fromhex(
            found or self.environment.get("UPLOAD_SECRET") or _missing("KOTA_VAULT")
        )

    @property
    def logins(self) -> Path:
        """The accounts that were made with the deployment; it need not be there."""
        return self.state / "logins.json"

    @property
    def seal_keys(self) -> Path:
        """The public keys of the audit's seals."""
        return self.vault / "keys" / "audit_jwks.json"

    def setting(self, name: str) -> str | None:
        """An operator's setting, as it is now or as the native stack was started with."""
        kept = self.state / "secrets" / f"given_{name}"
        found = self.environment.get(name) or (kept.read_text() if kept.is_file() else None)
        return found or None

    def given_to(self, process: str, name: str) -> str | None:
        """A variable of one of the native stack's processes."""
        file = self.state / "environment" / f"{process}.json"
        if not file.is_file():
            return None
        found: str | None = json.loads(file.read_text()).get(name)
        return found

    def _of_service(self, service: str, name: str) -> str:
        if service not in SERVICES:
            raise typer.BadParameter(f"unknown service {service!r}; one of {', '.join(SERVICES)}")
        variable = f"KOTA_{name}_{service.upper()}"
        found = self.environment.get(variable) or self.given_to(service, name)
        return found or _missing(variable)


def _missing(variable: str) -> str:
    fail(f"set {variable}, or start the native stack with: make up", 2)
