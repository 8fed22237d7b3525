"""Files from which a bundle is made, as people have them: rows in any order, local times."""

import argparse
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from analytics.evidence.model import with_band_lent
from analytics.evidence.recount import Sources
from analytics.evidence.registers import (
    Edit,
    Reading,
    Register,
    checked,
    checked_edit,
    register_of,
    registers,
)
from analytics.evidence.surroundings import Surroundings
from analytics.evidence.tariff import KeptTariff, read_announced
from civicwatt.chosen_calendar import kinds
from device_sim.recordings.cell import number
from device_sim.recordings.stamps import WrittenStamps
from device_sim.recordings.table import Table
from domain.calendar import DayKind
from domain.contract_month import ContractMonth
from domain.errors import ConfigurationError, InputError
from domain.register_event import EventKind, RegisterEvent

Value = TypeVar("Value")
_LINE = re.compile(r"[a-z0-9_-]{1,64}", re.ASCII)
_DAY = timedelta(days=1)
_MOST_BYTES = 1024 * 1024


def read_sources(args: argparse.Namespace, month: ContractMonth, zone: ZoneInfo) -> Sources:
    """Read what the command line names.

    Raises
    ------
    InputError
        With file, line and column.
    """
    fits = {
        line: with_band_lent(line, _text(file)) for line, file in _by_line("--model", args.model)
    }
    return Sources(
        registers(
            _grouped(_rows(args.readings, zone, _reading)),
            _grouped(_rows(args.register_events, zone, _event)),
            _grouped(_rows(args.edits, zone, _edit)),
        ),
        Surroundings(_kinds(args.calendar, month), dict(sorted(_hours(args.weather, zone)))),
        dict(_tariffs(args)),
        {line: model for line, (model, _) in fits.items()},
        {line: band for line, (_, band) in fits.items()},
        read_export_file(args.fed_in, zone),
    )


class _Cells:
    """Cells of the row read last, by the name of their column."""

    def __init__(self, table: Table, zone: ZoneInfo) -> None:
        self.table, self.row = table, list[str]()
        self._zone = zone
        self._stamps: dict[tuple[str, ...], WrittenStamps] = {}

    def text(self, name: str) -> str:
        """A cell, empty where there is no such column."""
        header = self.table.header
        return self.row[header.index(name)].strip() if name in header else ""

    def value(self, name: str) -> Decimal | None:
        """A number, or nothing."""
        return self._read(name, number)

    def instant(self, name: str) -> datetime | None:
        """An instant, or nothing; an hour that comes twice does so for each register."""
        key = (name, self.text("meter"), self.text("period"))
        return self._read(name, self._stamps.setdefault(key, WrittenStamps(self._zone)).read)

    def wanted(self, name: str, value: Value | None) -> Value:
        """What must be there."""
        if value is None:
            raise self.refusal(name, "is empty")
        return value

    def refusal(self, name: str, reason: str) -> InputError:
        """An error about a cell."""
        return self.table.refusal(self.table.line, self.table.column(name), reason)

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self.table.path}:{self.table.line}"

    def _read(self, name: str, read: Callable[[str], Value]) -> Value | None:
        text = self.text(name)
        try:
            return read(text) if text else None
        except ValueError as error:
            raise self.refusal(name, str(error)) from None


def _each(file: Path | None, zone: ZoneInfo, *columns: str) -> Iterator[_Cells]:
    """Rows of a file with these columns; none where there is no file."""
    if file is None:
        return
    with Table(file) as table:
        cells = _Cells(table, zone)
        for name in columns:
            table.column(name)
        for row in table.rows():
            cells.row = row
            yield cells


def _rows(
    file: Path | None, zone: ZoneInfo, read: Callable[[_Cells], Value]
) -> Iterator[tuple[Register, Value]]:
    for cells in _each(file, zone, "meter", "ts"):
        yield register_of(cells.text("meter"), cells.text("period"), cells.place), read(cells)


def _grouped(rows: Iterator[tuple[Register, Value]]) -> dict[Register, list[Value]]:
    found: dict[Register, list[Value]] = {}
    for key, each in rows:
        found.setdefault(key, []).append(each)
    return found


def _reading(cells: _Cells) -> Reading:
    at = cells.wanted("ts", cells.instant("ts"))
    return Reading(at, cells.wanted("register", cells.value("register")))


def read_export_file(file: Path | None, zone: ZoneInfo) -> dict[str, list[Reading]]:
    """Readings of export registers, by meter; none where there is no file."""
    found: dict[str, list[Reading]] = {}
    for cells in _each(file, zone, "meter", "ts", "register"):
        found.setdefault(cells.text("meter"), []).append(_reading(cells))
    return found


def _event(cells: _Cells) -> RegisterEvent:
    kind: EventKind = cells.text("kind")  # type: ignore[assignment]  # `checked` refuses others
    previous = cells.value("previous")
    event = RegisterEvent(
        cells.wanted("ts", cells.instant("ts")),
        kind,
        float(cells.wanted("value", cells.value("value"))),
        None if previous is None else float(previous),
        cells.text("note"),
    )
    return checked(event, cells.place)


def _edit(cells: _Cells) -> Edit:
    at, until = cells.wanted("ts", cells.instant("ts")), cells.instant("until")
    edit = Edit(at, until, cells.value("value"), cells.text("by"), cells.text("reason"))
    return checked_edit(edit, cells.place)


def _hours(file: Path | None, zone: ZoneInfo) -> Iterator[tuple[datetime, Decimal]]:
    seen: set[datetime] = set()
    for cells in _each(file, zone, "ts", "temp_c"):
        at, warm = cells.wanted("ts", cells.instant("ts")), cells.value("temp_c")
        if at in seen:
            raise cells.refusal("ts", "is there twice")
        seen.add(at)
        if warm is not None:  # not measured is not zero
            yield at, warm


def _kinds(chosen: str | None, month: ContractMonth) -> dict[date, DayKind]:
    if chosen is None:
        return {}
    first, end = month.first_day - _DAY, month.end_day
    return {day: kind for day, kind in kinds(chosen, first, end).items() if first <= day < end}


def _tariffs(args: argparse.Namespace) -> Iterator[tuple[str, KeptTariff]]:
    """Tariffs by line, each with what was announced for it."""
    announced = dict(_by_line("--announced", args.announced))
    for line, file in _by_line("--tariff", args.tariff):
        table = announced.pop(line, None)
        content = b"" if table is None else read_bytes(table, _MOST_BYTES)
        rows = tuple(read_announced(content, str(table))) if table is not None else ()
        yield line, KeptTariff(_text(file), rows)
    for line, file in announced.items():
        raise ConfigurationError(f"--announced {line}={file}: want a --tariff of {line} beside it")


def _by_line(option: str, given: list[str]) -> Iterator[tuple[str, Path]]:
    for text in given:
        line, sign, file = text.partition("=")
        if not sign or _LINE.fullmatch(line) is None:
            raise ConfigurationError(
                f"{option} {text!r}: want LINE=FILE, LINE of a-z, 0-9, - and _"
            )
        yield line, Path(file)


def _text(file: Path) -> str:
    try:
        return read_bytes(file, _MOST_BYTES).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"no UTF-8: {error}", place=str(file)) from None


def read_bytes(file: Path, most: int) -> bytes:
    """Content of a file, of so many bytes at most.

    Raises
    ------
    InputError
        If it cannot be read, or is larger.
    """
    try:
        with file.open("rb") as source:
            content = source.read(most + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", place=str(file)) from None
    if len(content) > most:
        raise InputError(f"is larger than {most} bytes", place=str(file))
    return content
