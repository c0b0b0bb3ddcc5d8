"""The job that makes each service's database and its two roles: `python -m infra.docker.roles`.

Reads POSTGRES_ADMIN_URL_<SERVICE>, DATABASE_URL_<SERVICE> and MIGRATION_DATABASE_URL_<SERVICE>.
"""

from __future__ import annotations

import os
import sys
from urllib.parse import unquote, urlsplit

import psycopg2

from infra.postgres.databases import create_database
from infra.vault.needs import SERVICES


def main() -> int:
    """Make them; 1 if a server does not answer. Safe to repeat."""
    for service in SERVICES:
        suffix = service.upper()
        try:
            create_database(
                os.environ[f"POSTGRES_ADMIN_URL_{suffix}"],
                service,
                app_password=_password(f"DATABASE_URL_{suffix}"),
                owner_password=_password(f"MIGRATION_DATABASE_URL_{suffix}"),
            )
        except psycopg2.Error as error:
            print(f"{service}: {str(error).strip()}", file=sys.stderr)
            return 1
        print(f"{service}: database and roles are there")
    return 0


def _password(variable: str) -> str:
    return unquote(urlsplit(os.environ[variable]).password or "")


if __name__ == "__main__":
    sys.exit(main())
