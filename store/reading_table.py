"""The reading tables as the writer sees them: columns, key, and the statements made for each."""

from dataclasses import dataclass
from functools import cache
from typing import LiteralString

from psycopg.sql import SQL, Composed, Identifier

from domain.quantity import ReadingTable, columns
from store.queries import sql

OTHER = "other_reading"


@dataclass(frozen=True, slots=True)
class Shape:
    """Columns of one reading table.

    Attributes
    ----------
    key : tuple of str
        Columns of the primary key.
    values : tuple of str
        Columns that hold measurements, in order.
    types : tuple of str
        PostgreSQL types of all columns: key, received_at, quality, values.
    """

    name: str
    key: tuple[str, ...]
    values: tuple[str, ...]
    types: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, in the order of staged rows."""
        return (*self.key, "received_at", "quality", *self.values)


@cache
def shapes() -> tuple[Shape, ...]:
    """Every reading table, in the one order in which batches write them."""
    head = ("int8", "timestamptz")
    wide = [
        Shape(
            table.value,
            ("device_id", "ts"),
            tuple(quantity.name for quantity in columns(table)),
            (*head, "timestamptz", "int4", *(_wire(q.column_type) for q in columns(table))),
        )
        for table in ReadingTable
    ]
    other = Shape(
        OTHER,
        ("device_id", "ts", "name"),
        ("value", "text_value"),
        (*head, "text", "timestamptz", "int4", "float8", "text"),
    )
    return (*wide, other)


@cache
def statement(shape: Shape, name: LiteralString) -> Composed:
    """Statement `name` of ``reading.sql`` for one table."""

    def listed(form: LiteralString, names: tuple[str, ...], by: LiteralString = ", ") -> Composed:
        return SQL(by).join(SQL(form).format(c=Identifier(column)) for column in names)

    arrays = [SQL("%(device_id)s::bigint[]"), SQL("%(ts)s::timestamptz[]")]
    if "name" in shape.key:
        arrays.append(SQL("%(name)s::text[]"))
    return SQL(sql("reading", name)).format(
        table=Identifier(shape.name),
        stage=Identifier(f"stage_{shape.name}"),
        columns=listed("{c}", shape.columns),
        key=listed("{c}", shape.key),
        united=SQL(", ").join(
            [SQL("max(received_at), bit_or(quality)"), listed("max({c})", shape.values)]
        ),
        disagree=listed("min({c}) <> max({c})", shape.values, " OR "),
        greatest=listed("{c} = greatest(t.{c}, excluded.{c})", shape.values),
        same_key=listed("t.{c} = s.{c}", shape.key, " AND "),
        news=listed("t.{c} IS DISTINCT FROM greatest(t.{c}, s.{c})", shape.values, " OR "),
        clash_arrays=SQL(", ").join(arrays),
    )


@cache
def note_latest() -> Composed:
    """Statement that enters the newest staged instant of each device, whatever its table."""
    staged = [statement(shape, "staged_instants") for shape in shapes()]
    return SQL(sql("reading", "note_latest")).format(
        staged_instants=SQL(" UNION ALL ").join(staged)
    )


def _wire(column_type: str) -> str:
    return {
        "double precision": "float8",
        "bigint": "int8",
        "smallint": "int2",
        "text": "text",
    }[column_type]
