"""A meter on the page of a bundle: the month, its days, the readings of each day. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from itertools import groupby
from zoneinfo import ZoneInfo

from analytics.evidence.page_text import anchor, fold, number, paragraph, table, word
from analytics.evidence.recount import Recount, amounts_of
from analytics.evidence.registers import Reading, Registers
from analytics.evidence.rows import stamp
from domain.contract_month import ContractMonth
from domain.contract_term import Meter
from domain.local_day import local_day
from domain.time_of_use import Period

Row = tuple[Period | None, Reading, int]
"""Period of the register, a reading, and its line in the table of readings."""


def meter_section(
    meter: Meter, month: ContractMonth, found: Recount, rows: Sequence[Row], zone: ZoneInfo
) -> str:
    """What a meter counted in the month, and from which of its readings, by local day."""
    use = next((each for each in month.uses if each.meter == meter.code), None)
    name = f"<code>{escape(meter.code)}</code> ({escape(meter.line)})"
    parts = [f'<h3 id="{anchor("meter", meter.code)}">{name}</h3>']
    if meter.stands_for is not None:
        parts.append(paragraph(f"{word('stands_for')} <code>{escape(meter.stands_for)}</code>"))
    if use is None:
        return "\n".join((*parts, paragraph(word("missing"))))
    parts.append(
        paragraph(
            f"{word('ratio')} {number(meter.ratio)}, {word('grade')} {word(use.grade)},"
            f" {word('missing_days')} {use.missing_days}"
        )
    )
    amounts = amounts_of(use, meter)
    parts.append(table(tuple(amounts), [[number(each) for each in amounts.values()]]))
    counted = found.uses.get(meter.code)
    if counted is None:
        return "\n".join((*parts, paragraph(word("stated"))))
    readings = _by_day(rows, zone)
    for day in counted.days:
        figures = word("not_whole")
        if day.quantities is not None:
            figures = ", ".join(
                f"{word(period)} {number(amount)}" for period, amount in day.quantities.items()
            )
        own = readings.pop(day.day, [])
        parts.append(fold(day.day.isoformat(), figures, _readings(own)))
    rest = [row for left in readings.values() for row in left]
    if rest:
        parts.append(fold(word("outside_month"), str(len(rest)), _readings(rest)))
    parts.append(paragraph(word("edits")))
    return "\n".join(parts)


def numbered(registers: Registers) -> Mapping[str, list[Row]]:
    """Readings of each meter in order of time, with their line in the table of readings."""
    found: dict[str, list[Row]] = {}
    line = 1
    for (meter, period), readings in registers.readings.items():
        for reading in readings:
            line += 1
            found.setdefault(meter, []).append((period, reading, line))
    for rows in found.values():
        rows.sort(key=lambda row: (row[1].ts, row[0] or ""))
    return found


def _by_day(rows: Sequence[Row], zone: ZoneInfo) -> dict[date, list[Row]]:
    return {day: list(each) for day, each in groupby(rows, lambda row: local_day(row[1].ts, zone))}


def _readings(rows: Sequence[Row]) -> str:
    shown = [
        (
            stamp(reading.ts),
            word(period) if period else "",
            number(reading.register),
            str(line),
        )
        for period, reading, line in rows
    ]
    return table(("instant", "period", "register", "reading_line"), shown)
