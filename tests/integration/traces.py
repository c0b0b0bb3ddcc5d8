"""Where a value still stands in a database, whatever the table and the column."""

from __future__ import annotations

from collections.abc import Collection

from tests.integration.calling import Caller

_COLUMNS = """
SELECT table_schema || '.' || table_name AS name, column_name AS part
FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'"""


def traces(caller: Caller, value: str, besides: Collection[str] = ()) -> set[str]:
    """The columns, as schema.table.column, that hold a value in any row; without those besides."""
    found = set()
    for column in caller.rows(_COLUMNS):
        sql = f"""SELECT EXISTS (SELECT 1 FROM {column["name"]}
WHERE strpos("{column["part"]}"::text, %(value)s) > 0) AS yes"""
        if caller.rows(sql, {"value": value})[0]["yes"]:
            found.add(f"{column['name']}.{column['part']}")
    return found - set(besides)
