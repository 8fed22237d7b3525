"""The reading tables as the writer sees them: columns, key, and the statements made for each."""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import LiteralString

from psycopg.sql import SQL, Composed, Identifier, Placeholder

from domain.quantity import ReadingTable, columns
from store.queries import sql

OTHER = "other_reading"
_KEY_TYPES: dict[str, LiteralString] = {
    "device_id": "bigint",
    "ts": "timestamptz",
    "name": "text",
}


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """Columns of one reading table.

    Attributes
    ----------
    key : tuple of str
        Columns of the primary key.
    values : tuple of str
        Columns that hold measurements, in order.
    types : dict of str to str
        PostgreSQL type of each column that holds measurements, and of a name.
    """

    name: str
    key: tuple[str, ...]
    values: tuple[str, ...]
    types: dict[str, str]

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, in the order of staged rows."""
        return (*self.key, "received_at", "quality", *self.values)


@cache
def shapes() -> tuple[Shape, ...]:
    """Every reading table, in the one order in which batches write them."""
    wide = [
        Shape(
            table.value,
            ("device_id", "ts"),
            tuple(quantity.name for quantity in columns(table)),
            {quantity.name: _wire(quantity.column_type) for quantity in columns(table)},
        )
        for table in ReadingTable
    ]
    other = Shape(
        OTHER,
        ("device_id", "ts", "name"),
        ("value", "text_value"),
        {"name": "text", "value": "float8", "text_value": "text"},
    )
    return (*wide, other)


@cache
def shape_of(table: str) -> Shape:
    """The shape of one reading table."""
    return next(shape for shape in shapes() if shape.name == table)


@cache
def statement(shape: Shape, name: LiteralString) -> Composed:
    """Statement `name` of ``reading.sql`` for one table."""

    def listed(form: LiteralString, names: tuple[str, ...], by: LiteralString = ", ") -> Composed:
        return SQL(by).join(SQL(form).format(c=Identifier(column)) for column in names)

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
        same_key=SQL(" AND ").join(
            [
                listed("t.{c} = s.{c}", shape.key, " AND "),
                SQL("t.ts BETWEEN %(first)s AND %(last)s"),
            ]
        ),
        key_columns=SQL(", ").join(
            SQL("{} {}").format(Identifier(column), SQL(_KEY_TYPES[column])) for column in shape.key
        ),
        news=listed("t.{c} IS DISTINCT FROM greatest(t.{c}, s.{c})", shape.values, " OR "),
        clash_arrays=SQL(", ").join(
            SQL("{}::{}[]").format(Placeholder(column), SQL(_KEY_TYPES[column]))
            for column in shape.key
        ),
    )


@lru_cache(maxsize=1000)
def fill(shape: Shape, names: tuple[str, ...], *, stage: bool) -> Composed:
    """COPY statement for rows with the columns `names`, into the table or its stage."""
    columns = ("device_id", "ts", "received_at", "quality", *names)
    return SQL(sql("reading", "fill")).format(
        target=Identifier(f"stage_{shape.name}" if stage else shape.name),
        given=SQL(", ").join(map(Identifier, columns)),
    )


def _wire(column_type: str) -> str:
    return {
        "double precision": "float8",
        "bigint": "int8",
        "smallint": "int2",
        "text": "text",
    }[column_type]
