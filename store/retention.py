"""How long raw readings are kept. Consumption is kept for ever."""

from datetime import timedelta

from psycopg import Connection

from domain.errors import ConfigurationError
from store.queries import sql
from store.telemetry.reading_table import shapes

SHORTEST = timedelta(days=180)
"""A shorter retention is refused: logs must outlast six months (Cybersecurity Law of China)."""


def keep(conn: Connection, table: str, span: timedelta | None) -> None:
    """Keep the readings of `table` for `span`; None for ever.

    Raises
    ------
    ConfigurationError
        If there is no such table, or the span is too short.
    """
    names = [shape.name for shape in shapes()]
    if table not in names:
        raise ConfigurationError(f"no reading table {table!r}; there are {', '.join(names)}")
    if span is None:
        conn.execute(sql("retention", "keep_for_ever"), {"table": table})
        return
    if span < SHORTEST:
        raise ConfigurationError(f"{span.days} days is too short: want {SHORTEST.days} or more")
    conn.execute(sql("retention", "keep"), {"table": table, "keep": span})


def kept(conn: Connection) -> list[tuple[str, timedelta | None]]:
    """Every reading table and how long its rows are kept."""
    limits: dict[str, timedelta] = dict(conn.execute(sql("retention", "kept")).fetchall())
    return [(shape.name, limits.get(shape.name)) for shape in shapes()]
