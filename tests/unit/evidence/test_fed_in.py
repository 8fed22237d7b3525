"""A boundary meter that rightly stands while a plant feeds in loses no day in a bundle either."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from analytics.evidence.archive import unpack
from analytics.evidence.bundle import Evidence, packed, sources_in
from analytics.evidence.fed_in import FED_IN, Exports
from analytics.evidence.register_days import Days
from analytics.evidence.registers import Reading, registers
from civicwatt.evidence_input import read_export_file
from domain.errors import InputError
from tests.unit.evidence.office import FIRST, MAIN, ZONE, checked, half_hours, made, unstated, water

BEGIN, END = 14 * 48 + 20, 14 * 48 + 28
"""Four hours around noon of 15 July, in half hours, in which nothing is bought."""


def standing() -> list[Reading]:
    """The office's register, which stands in these hours and goes on from there."""
    told = half_hours()
    held = told[END].register - told[BEGIN].register
    return [
        each
        if n <= BEGIN
        else replace(each, register=told[BEGIN].register if n <= END else each.register - held)
        for n, each in enumerate(told)
    ]


def export(first: int = BEGIN, last: int = END) -> list[Reading]:
    """An export register that rises from one half hour of the month to another."""
    half = timedelta(minutes=30)
    return [
        Reading(FIRST + n * half, Decimal(70 + min(max(n - first, 0), last - first)))
        for n in range(31 * 48 + 1)
    ]


def told(exports: Exports) -> Evidence:
    given = registers({MAIN: standing(), ("main-w", None): water()}, {}, {})
    return made(unstated(), registers=given, exports=exports)


def missing(found: Evidence) -> int:
    return next(use for use in found.inputs.month.uses if use.meter == MAIN[0]).missing_days


def test_hours_in_which_a_plant_feeds_in_are_nothing_bought_and_not_a_frozen_register() -> None:
    assert missing(told({})) == 1
    assert missing(told({MAIN[0]: export()})) == 0


def test_a_register_that_stands_longer_than_it_is_fed_in_is_frozen_all_the_same() -> None:
    assert missing(told({MAIN[0]: export(BEGIN, END - 3)})) == 1
    daily = export()[::48]  # nobody knows when in the day it was
    assert missing(told({MAIN[0]: daily})) == 1


def test_whoever_has_the_bundle_comes_to_the_same_by_its_own_readings() -> None:
    content = packed(told({MAIN[0]: export()}))
    parts = unpack(content, place="bundle")
    assert parts[FED_IN].startswith(b"meter,ts,register\n")
    read = sources_in(parts, Days((FIRST).date(), FIRST.date() + timedelta(days=31), ZONE))
    assert [(one.ts, one.register) for one in read.exports[MAIN[0]]] == [
        (one.ts, one.register) for one in export()
    ]
    assert checked(content)[-1]["agrees"] is True


def test_an_export_register_of_a_meter_without_readings_is_refused() -> None:
    with pytest.raises(InputError, match="there is no reading of 'roof'"):
        told({"roof": export()})


def test_a_file_of_export_registers_is_read_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    file.write_text("meter,ts,register\nmain-e,2026-07-15 12:00,71.5\nmain-e,2026-07-15 12:30,x\n")
    with pytest.raises(InputError, match=r"f\.csv"):
        read_export_file(file, ZONE)
    file.write_text("meter,ts,register\nmain-e,2026-07-15 12:00,71.5\n")
    [one] = read_export_file(file, ZONE)["main-e"]
    assert (one.register, one.ts.astimezone(ZONE).hour) == (Decimal("71.5"), 12)
