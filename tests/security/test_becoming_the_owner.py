"""A service that was taken over tries to get more of its database server than its role has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from psycopg2 import errors

from infra.local.stack import Stack
from infra.local.state import PROCESSES, SERVICES
from tests.reliability.databases import column, connected

# as the service's role; {app}, {owner} and {name} stand for the roles and the database
BECOMING = {
    "role": "SET ROLE {owner}",
    "superuser": "SET ROLE postgres",
    "session": "SET SESSION AUTHORIZATION postgres",
    "membership": "GRANT {owner} TO {app}",
    "to own it": "ALTER TABLE chassis.audit OWNER TO {app}",
    "everything of it": "REASSIGN OWNED BY {owner} TO {app}",
    "its password": "ALTER ROLE {owner} PASSWORD 'x'",
    "power": "ALTER ROLE {app} SUPERUSER",
    "making roles": "ALTER ROLE {app} CREATEROLE",
    "rights": "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT UPDATE ON TABLES TO {app}",
    "the database": "ALTER DATABASE {name} OWNER TO {app}",
    "settings of the owner": "ALTER ROLE {owner} SET search_path = mine",
    "settings of the database": "ALTER DATABASE {name} SET session_replication_role = replica",
    "settings of the server": "ALTER SYSTEM SET archive_command = 'true'",
}
CHANGING = {
    "rows": "UPDATE chassis.audit SET actor = actor",
    "locked rows": "SELECT 1 FROM chassis.audit FOR UPDATE",
    "on conflict": "INSERT INTO chassis.audit_witness VALUES ('x', 1, 'x', now())"
    " ON CONFLICT (service, sequence) DO UPDATE SET digest = 'x'",
    "merge": "MERGE INTO chassis.audit a USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
    "by a block": "DO $$ BEGIN EXECUTE 'DELETE FROM chassis.audit'; END $$",
    "its number": "INSERT INTO chassis.audit (id, at, actor, role, action, subject, purpose,"
    " request_id) OVERRIDING SYSTEM VALUE VALUES (1, now(), '', '', '', '', '', '')"
    " ON CONFLICT (id) DO UPDATE SET actor = 'x'",
    "triggers off": "ALTER TABLE chassis.audit DISABLE TRIGGER ALL",
    "as a replica": "SET session_replication_role = replica",
    "a trigger": "CREATE TRIGGER mine BEFORE INSERT ON chassis.audit EXECUTE FUNCTION f()",
    "a rule": "CREATE RULE mine AS ON INSERT TO chassis.audit DO INSTEAD NOTHING",
    "a policy": "ALTER TABLE chassis.audit ENABLE ROW LEVEL SECURITY",
    "emptied": "TRUNCATE chassis.audit CASCADE",
    "dropped": "DROP TABLE chassis.audit",
    "renamed": "ALTER TABLE chassis.audit RENAME TO away",
    "a column": "ALTER TABLE chassis.audit ALTER COLUMN actor TYPE char(1)",
    "the schema": "ALTER SCHEMA chassis RENAME TO away",
    "dropped schema": "DROP SCHEMA chassis CASCADE",
    "numbers again": "ALTER SEQUENCE chassis.audit_id_seq RESTART",
    "numbers set": "SELECT setval('chassis.audit_id_seq', 1)",
    "index": "DROP INDEX chassis.audit_subject",
    "copied over": "COPY chassis.audit FROM PROGRAM 'true'",
    "how far it is": "DELETE FROM chassis.version_chassis",
    "whom it is for": "INSERT INTO chassis.oldest_code VALUES ('chassis', 'zzzz')",
}
SHADOWING = {
    "a function": "CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql"
    " AS 'SELECT ''epoch''::timestamptz'",
    "in the catalogue": "CREATE FUNCTION pg_catalog.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "a replaced one": "CREATE OR REPLACE FUNCTION pg_catalog.now() RETURNS timestamptz"
    " LANGUAGE sql AS 'SELECT ''epoch''::timestamptz'",
    "an operator": "CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq)",
    "a cast": "CREATE CAST (text AS int) WITH INOUT",
    "a table": "CREATE TABLE public.audit (id int)",
    "a view": "CREATE VIEW chassis.mine AS SELECT 1",
    "a temporary table": "CREATE TEMPORARY TABLE audit (id int)",
    "a type": "CREATE TYPE public.mine AS (id int)",
    "a schema": "CREATE SCHEMA reports_app",
}
REACHING_OUT = {
    "a program": "COPY (SELECT 1) TO PROGRAM 'true'",
    "a file": "COPY (SELECT 1) TO '/tmp/kota-mine'",
    "from a file": "COPY chassis.outbox FROM '/etc/passwd'",
    "reading": "SELECT pg_read_file('postgresql.conf')",
    "reading bytes": "SELECT pg_read_binary_file('PG_VERSION')",
    "listing": "SELECT pg_ls_dir('.')",
    "passwords": "SELECT rolpassword FROM pg_authid",
    "activity": "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE usename = 'postgres' OR usename IS NULL",
    "reloading": "SELECT pg_reload_conf()",
    "a library": "LOAD '/tmp/mine.so'",
    "C": "CREATE FUNCTION public.mine() RETURNS int LANGUAGE c AS '/tmp/mine', 'mine'",
    "another server": "CREATE EXTENSION dblink",
    "another database": "CREATE EXTENSION postgres_fdw",
    "files as tables": "CREATE EXTENSION file_fdw",
    "an untrusted language": "CREATE LANGUAGE mine HANDLER plpgsql_call_handler",
    "a large object from a file": "SELECT lo_import('/etc/passwd')",
    "a large object to a file": "SELECT lo_export(1, '/tmp/kota-mine')",
    "a publication": "CREATE PUBLICATION mine FOR ALL TABLES",
    "a subscription": "CREATE SUBSCRIPTION mine CONNECTION '' PUBLICATION p WITH (connect = false)",
    "a slot": "SELECT pg_create_logical_replication_slot('mine', 'pgoutput')",
    "an event trigger": "CREATE EVENT TRIGGER mine ON ddl_command_start EXECUTE FUNCTION f()",
    "a tablespace": "CREATE TABLESPACE mine LOCATION '/tmp'",
    "a role": "CREATE ROLE mine",
    "a database": "CREATE DATABASE mine",
}  # fmt: skip
# what not even the owner of a database may do
OF_THE_SERVER = {
    name: BECOMING[name]
    for name in ("superuser", "session", "power", "making roles", "settings of the server")
}
# who reported is taken out of a history that nobody else may change (decision 0026)
AS_THE_OWNER = {"reports": {"report_history_forget"}}


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def allowed(stack: Stack, service: str, attempts: dict[str, str], *, owner: bool) -> list[str]:
    """Which of them the server let pass; what it refuses for another reason is raised."""
    names = {"name": service, "app": f"{service}_app", "owner": f"{service}_owner"}
    with connected(stack, service, owner=owner) as connection:
        return [name for name, sql in attempts.items() if passes(connection, sql.format(**names))]


def passes(connection: Any, sql: str) -> bool:
    """Whether it is let pass; then it is taken back, as far as it can be."""
    for connection.autocommit in (False, True):
        try:
            connection.cursor().execute(sql)
        except errors.InsufficientPrivilege:
            return False
        except errors.ActiveSqlTransaction:
            continue
        else:
            return True
        finally:
            connection.rollback()
    raise AssertionError(f"neither inside nor outside of a transaction: {sql}")


@pytest.mark.parametrize("attempts", [BECOMING, CHANGING, SHADOWING, REACHING_OUT],
                         ids=["becoming", "changing", "shadowing", "reaching out"])  # fmt: skip
def test_a_service_cannot(stack: Stack, service: str, attempts: dict[str, str]) -> None:
    assert allowed(stack, service, attempts, owner=False) == []


def test_not_even_migrations_reach_out(stack: Stack, service: str) -> None:
    assert allowed(stack, service, REACHING_OUT | OF_THE_SERVER, owner=True) == []


def test_no_other_function_runs_as_somebody_else(stack: Stack, service: str) -> None:
    with connected(stack, service, owner=True) as connection:
        found = column(connection, "SELECT proname FROM pg_proc WHERE prosecdef")
        assert set(found) == AS_THE_OWNER.get(service, set())


def test_nobody_is_a_member_of_anything(stack: Stack, service: str) -> None:
    """Neither of the owner, nor of what PostgreSQL brings (pg_read_all_data, pg_monitor, …)."""
    with connected(stack, service) as connection:
        roles = "SELECT rolname FROM pg_roles WHERE pg_has_role(current_user, oid, 'MEMBER')"
        assert column(connection, roles) == [f"{service}_app"]
        members = (
            "SELECT member::regrole::text FROM pg_auth_members WHERE roleid::regrole::text = %s"
        )
        assert column(connection, members, f"{service}_owner") == []


def test_running_processes_do_not_hold_the_owner_s_password(stack: Stack) -> None:
    """Nor any other that is not theirs; only jobs connect as owners."""
    state = stack.state
    kept = [f"database_{name}_{role}" for name in SERVICES for role in ("app", "owner")]
    kept += [f"amqp_{process}" for process in PROCESSES] + ["postgres", "rabbitmq"]
    secrets = {name: state.password(name).encode() for name in kept}
    for process in PROCESSES:
        own = {f"database_{process}_app", f"amqp_{process}"}
        environment = Path(f"/proc/{stack.pid(process)}/environ").read_bytes()
        held = {name for name, secret in secrets.items() if secret in environment}
        assert held == own & set(kept), process
