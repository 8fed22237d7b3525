"""One row for each of two institutions in every table there is, whatever tables there are.

Rules that speak of values are dropped first: what is planted need not make sense, it must only be
one institution's. Keys point to the same institution's rows everywhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import dict_row

from store.people.person import add_person, grant
from store.places.registry import write as write_registry
from tests.estate import estate
from tests.password import PASSWORD_HASH

OWN, OTHER = "school", "hospital"
NUMBERS = {OWN: 910_001, OTHER: 910_002}
"""Keys of rows that are planted here."""
_PLANTED_BY_REGISTRY = (
    "organisation", "organisation_position", "floor_area", "meter", "meter_position",
    "meter_device", "device", "device_place", "person",
)  # fmt: skip
_LEFT_ALONE = (*_PLANTED_BY_REGISTRY, "role", "scope", "schema_migration", "session", "audit",
               "audit_link", "audit_rule", "security_rule", "password_before")  # fmt: skip
_BY_NAME = {"organisation_id": "organisation", "place_id": "organisation", "meter_id": "meter",
            "device_id": "device", "vehicle_id": "vehicle", "contract_id": "contract",
            "alert_id": "alert", "statement_id": "statement"}  # fmt: skip
_HIDING = {"confidential", "hidden"}
ROOTS = ("organisation", "meter", "device", "vehicle", "contract")
"""Tables whose rows are somebody's; whatever points to them is too."""

_COLUMNS = """
SELECT c.relname AS table_name, a.attname AS column_name, format_type(a.atttypid, NULL) AS type,
       (SELECT f.confrelid::regclass::text FROM pg_constraint f
         WHERE f.conrelid = c.oid AND f.contype = 'f' AND a.attnum = ANY (f.conkey)
         LIMIT 1) AS target,
       EXISTS (SELECT FROM pg_constraint k
                WHERE k.conrelid = c.oid AND k.contype = 'p'
                  AND k.conkey = ARRAY[a.attnum]) AS is_key,
       (SELECT e.enumlabel FROM pg_enum e WHERE e.enumtypid = a.atttypid
         ORDER BY e.enumsortorder LIMIT 1) AS label
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attgenerated = ''
   AND c.relname NOT LIKE 'procrastinate%'
 ORDER BY 1, a.attnum
"""  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A column, the table whose key it holds, and the first label of its enum."""

    name: str
    type: str
    target: str | None
    is_key: bool
    label: str | None


def plant(
    conn: Connection, names: Sequence[str] = (OWN, OTHER), *, public: bool = True
) -> dict[str, list[Column]]:
    """Plant a row of each of `names` in every table; gives the tables with their columns.

    Not `public` leaves out tables that are nobody's, such as calendars and factors.

    People: ``school`` and ``hospital``, operators of their institutions.
    """
    write_registry(conn, estate())
    for name in (OWN, OTHER):
        add_person(conn, login=name, name=name, password_hash=PASSWORD_HASH)
        grant(conn, login=name, role="operator", organisation=name)
    tables = _tables(conn)
    theirs = owned(tables)
    keys = {name: _keys(conn, name) for name in (OWN, OTHER)}
    with conn.transaction():
        conn.execute("SET LOCAL session_replication_role = replica")
        for table, columns in tables.items():
            if table in _LEFT_ALONE or not (public or table in theirs):
                continue
            _drop_rules(conn, table)
            conn.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            for name in names:
                _insert(conn, table, columns, name, keys[name])
    return tables


def owned(tables: Mapping[str, Sequence[Column]]) -> set[str]:
    """Tables whose rows are somebody's: the roots, and what holds keys of such tables."""
    found = set(ROOTS)
    while True:
        more = {
            table
            for table, columns in tables.items()
            if table != "person"
            if any((c.target or _BY_NAME.get(c.name)) in found for c in columns)
        }
        if more <= found:
            return found
        found |= more


def foreign(row: Mapping[str, Any], keys: Mapping[str, int]) -> Iterator[str]:
    """What of a row is the other institution's: its texts, and keys of its rows."""
    for name, value in row.items():
        own_key = keys.get(_BY_NAME.get(name, ""), NUMBERS[OTHER])
        if (isinstance(value, str) and OTHER in value) or value in (NUMBERS[OTHER], own_key):
            yield f"{name} = {value}"


def _tables(conn: Connection) -> dict[str, list[Column]]:
    found: dict[str, list[Column]] = {}
    with conn.cursor(row_factory=dict_row) as cursor:
        for row in cursor.execute(_COLUMNS):
            column = Column(
                row["column_name"], row["type"], row["target"], row["is_key"], row["label"]
            )
            found.setdefault(row["table_name"], []).append(column)
    return found


def _keys(conn: Connection, name: str) -> dict[str, int]:
    found = {}
    for table, code in (
        ("organisation", f"{name}-building"), ("meter", f"{name}-meter-0"),
        ("device", f"{name}-device-0"),
    ):  # fmt: skip
        query = sql.SQL("SELECT {} FROM {} WHERE code = %s").format(
            sql.Identifier(f"{table}_id"), sql.Identifier(table)
        )
        row = conn.execute(query, [code]).fetchone()
        assert row is not None
        found[table] = row[0]
    row = conn.execute("SELECT person_id FROM person WHERE login = %s", [name]).fetchone()
    assert row is not None
    return found | {"person": row[0]}


def keys_of(conn: Connection, name: str) -> dict[str, int]:
    """Keys of the rows of an institution that the registry made."""
    return _keys(conn, name)


def _drop_rules(conn: Connection, table: str) -> None:
    query = (
        "SELECT conname FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND contype IN ('c', 'x', 'f')"
    )
    for (rule,) in conn.execute(query, [table]).fetchall():
        drop = "ALTER TABLE {} DROP CONSTRAINT IF EXISTS {} CASCADE"
        conn.execute(sql.SQL(drop).format(sql.Identifier(table), sql.Identifier(rule)))


def _insert(
    conn: Connection, table: str, columns: Sequence[Column], name: str, keys: Mapping[str, int]
) -> None:
    query = sql.SQL(
        "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({}) ON CONFLICT DO NOTHING"
    ).format(
        sql.Identifier(table),
        sql.SQL(", ").join(sql.Identifier(c.name) for c in columns),
        sql.SQL(", ").join(sql.SQL("%s::{}").format(sql.SQL(c.type)) for c in columns),  # type: ignore[arg-type] # a type of the catalogue
    )
    conn.execute(query, [_value(column, name, keys) for column in columns])


def _value(column: Column, name: str, keys: Mapping[str, int]) -> object:
    target = column.target or _BY_NAME.get(column.name)
    if column.type in {"bigint", "integer", "smallint"}:
        if target is None and not column.is_key:
            return 2026 if "year" in column.name else 1
        wide = keys.get(target or "", NUMBERS[name])
        return wide if column.type != "smallint" else NUMBERS[name] % 1000
    if column.type.endswith("[]"):
        return "{}"
    if column.type.endswith("range"):
        return "{(,)}" if column.type.endswith("multirange") else "(,)"
    by_type: dict[str, object] = {
        "boolean": column.name not in _HIDING, "date": "2026-07-01", "interval": "1 hour",
        "bytea": name.encode(),
        "timestamp with time zone": "2026-07-01Z", "timestamp without time zone": "2026-07-01",
        "jsonb": f'{{"of": "{name}"}}', "json": f'{{"of": "{name}"}}', "numeric": 1,
        "double precision": 1, "real": 1, "time without time zone": "08:00",
        "inet": "127.0.0.1", "xid8": "1",
        "uuid": f"00000000-0000-0000-0000-{NUMBERS[name]:012d}",
    }  # fmt: skip
    return column.label or by_type.get(column.type, name)
