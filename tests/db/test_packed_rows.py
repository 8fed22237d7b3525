"""Rows as we pack them for COPY are what PostgreSQL reads and psycopg gives back."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from domain.epoch import from_us, to_us
from domain.reading import Value
from ingest.codecs.value import GREATEST
from store.telemetry.reading import Batch, prepare, write
from store.telemetry.reading_rows import Rows
from store.telemetry.reading_table import OTHER, Shape, fill, shapes
from tests.estate import NOW, say, store_messages

pytestmark = pytest.mark.db

LONG_AGO, LATE = datetime(1900, 1, 1), datetime(2999, 1, 1)  # noqa: DTZ001 -- hypothesis adds it
INSTANTS = st.datetimes(LONG_AGO, LATE, timezones=st.just(UTC))
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
OF_TYPE: dict[str, st.SearchStrategy[Value]] = {
    "float8": st.floats(-GREATEST, GREATEST, allow_nan=False),
    "int8": st.integers(-(2**63), 2**63 - 1),
    "int2": st.integers(-(2**15), 2**15 - 1),
    "text": TEXTS,
}


@st.composite
def parts(draw: st.DrawFn) -> tuple[Shape, Rows]:
    """Rows of any table with any of its columns, some of them null."""
    shape = draw(st.sampled_from(shapes()))
    names = draw(st.lists(st.sampled_from(shape.values), unique=True, min_size=1, max_size=5))
    if shape.name == OTHER:
        names = ["name", *names]
    rows = Rows(tuple(names), tuple(shape.types[name] for name in names))
    keys = st.tuples(st.integers(1, 2**63 - 1), INSTANTS)
    for device, ts in draw(st.lists(keys, unique=True, min_size=1, max_size=6)):
        values = [
            draw(OF_TYPE[shape.types[n]] if n == "name" else st.none() | OF_TYPE[shape.types[n]])
            for n in names
        ]
        received, quality = draw(INSTANTS), draw(st.integers(0, 15))
        rows.devices.append(device)
        rows.instants_us.append(to_us(ts))
        rows.received_us.append(to_us(received))
        rows.qualities.append(quality)
        rows.values += values
    return shape, rows


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts())
def test_what_is_packed_is_read_back_value_by_value(
    superuser: Connection, packed: tuple[Shape, Rows]
) -> None:
    shape, part = packed
    superuser.execute(f"TRUNCATE {shape.name}")
    with superuser.cursor() as cursor, cursor.copy(fill(shape, part.names, stage=False)) as copy:
        copy.write(part.packed())
    columns = ", ".join(("device_id", "ts", "received_at", "quality", *part.names))
    found = superuser.execute(f"SELECT {columns} FROM {shape.name} ORDER BY 1, 2").fetchall()
    received = map(from_us, part.received_us)
    heads = zip(part.devices, map(from_us, part.instants_us), received, part.qualities, strict=True)
    wanted = [(*head, *part.values_of(row)) for row, head in enumerate(heads)]
    assert found == sorted(wanted, key=lambda row: row[:2])


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.sets(st.sampled_from([n for s in shapes() for n in s.values]), min_size=1, max_size=4),
        min_size=1,
        max_size=60,
        unique_by=frozenset,
    )
)
@example([{"active_power_kw", name} for name in shapes()[0].values])
def test_any_number_of_kinds_of_rows_in_a_batch_leaves_unsaid_columns_null(
    superuser: Connection, kinds: list[set[str]]
) -> None:
    prepare(superuser)
    batch = Batch()
    wanted: dict[str, list[dict[str, Any]]] = {}
    for number, names in enumerate(kinds):
        for shape in shapes():
            of_table = tuple(sorted(names & set(shape.values)))
            if not of_table:
                continue
            values = tuple("x" if shape.types[n] == "text" else number for n in of_table)
            said: dict[str, Any] = dict(zip(of_table, values, strict=True))
            if shape.name == OTHER:
                of_table, values = ("name", *of_table), ("odd", *values)
            at_us = to_us(NOW + timedelta(seconds=number))
            batch.add_rows(
                shape.name, of_table, [values], [1], [at_us], [to_us(NOW)], [0], [batch.samples]
            )
            wanted.setdefault(shape.name, []).append(said)
        batch.samples += 1
    for shape in shapes():
        superuser.execute(f"TRUNCATE {shape.name}")
    write(superuser, batch, collector="test", now=NOW)
    for shape in shapes():
        said = "to_jsonb(r) - '{device_id,ts,name,received_at,quality}'::text[]"
        rows = superuser.execute(
            f"SELECT jsonb_strip_nulls({said}) FROM {shape.name} r ORDER BY ts"
        )
        assert [row for (row,) in rows] == wanted.get(shape.name, [])


def test_a_batch_of_many_kinds_of_messages_makes_no_number_of_what_was_not_measured(
    superuser: Connection,
) -> None:
    names = shapes()[0].values
    kinds = [{name} for name in names] + [{"active_power_kw", name} for name in names]
    messages = [
        say("meter", json.dumps({"ts": ts.isoformat(), "values": dict.fromkeys(kind, 1)}).encode())
        for number, kind in enumerate(kinds)
        for ts in [NOW - timedelta(seconds=number)]
    ]
    store_messages(superuser, messages)
    values = superuser.execute(f"SELECT {', '.join(names)} FROM electricity_reading").fetchall()
    assert {value for row in values for value in row} == {None, 1.0}
