"""A service's database and its two roles, the same natively and in containers. See README.md."""

from __future__ import annotations

from typing import Any

import psycopg2

# every server has them, and everybody may connect to them unless told otherwise
_MAINTENANCE = ("postgres", "template1")
_NO_POWERS = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
# services set shorter ones for themselves; these bound whoever else comes with the role
_BOUNDS = {
    "statement_timeout": "60s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
}


def create_database(
    admin_url: str, name: str, *, app_password: str, owner_password: str, shared: bool = False
) -> None:
    """Make database `name` with roles `name_owner` and `name_app`; safe to repeat.

    Nobody else may connect to it, and they to no other one. shared: the server has other users,
    whose way into the maintenance databases is not ours to close. Raises psycopg2.Error.
    """
    connection = psycopg2.connect(admin_url, connect_timeout=3)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            _role(cursor, f"{name}_owner", owner_password)
            _role(cursor, f"{name}_app", app_password)
            _database(cursor, name)
            for database in () if shared else _MAINTENANCE:
                cursor.execute(f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC')
    finally:
        connection.close()


def _role(cursor: Any, role: str, password: str) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,))
    verb = "ALTER" if cursor.fetchone() else "CREATE"
    cursor.execute(f'{verb} ROLE "{role}" {_NO_POWERS} PASSWORD %s', (password,))


def _database(cursor: Any, name: str) -> None:
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
    if not cursor.fetchone():
        cursor.execute(f'CREATE DATABASE "{name}" OWNER "{name}_owner"')
    restrict(cursor, name, f"{name}_app")


def restrict(cursor: Any, name: str, app: str) -> None:
    """Let only its owner and the role `app` enter a database, the latter within bounds."""
    cursor.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC, "{app}"')
    cursor.execute(f'GRANT CONNECT ON DATABASE "{name}" TO "{app}"')
    for setting, value in _BOUNDS.items():
        cursor.execute(f'ALTER ROLE "{app}" IN DATABASE "{name}" SET {setting} = %s', (value,))
