"""A form: which columns a table has, and what may stand in them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from openpyxl.utils import get_column_letter

from ingest.sheet.fault import SheetFault, fault
from ingest.sheet.grid import Grid

_YEARS = range(1949, 2200)
_DAY = re.compile(
    r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})"
    r"|([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日"
    r"|([0-9]{4})([0-9]{2})([0-9]{2})"
)
Parse = Callable[[str], object]
"""Brings a text to a value; raises ValueError with what is wanted."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a form.

    Attributes
    ----------
    name, name_zh : str
        Either may be its heading.
    code : str
        Code of the fault when a text cannot be parsed.
    numeric : bool
        Whether a workbook shows it as a number.
    """

    name: str
    name_zh: str
    parse: Parse
    code: str
    required: bool = True
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class FormRow:
    """A row whose cells are all right by themselves.

    Attributes
    ----------
    texts : mapping of str to str
        What was written, for later faults.
    headings : mapping of str to str
        Heading of each column, as it was written.
    """

    sheet: str
    number: int
    values: Mapping[str, object]
    texts: Mapping[str, str]
    headings: Mapping[str, str]

    def has(self, column: str) -> bool:
        """Whether the table has the column: what it has none for stays as it is."""
        return column in self.headings

    def fault(self, column: str, code: str, wanted: str) -> SheetFault:
        """Note a fault of one of its cells that only shows in the light of other rows."""
        heading = self.headings.get(column, column)
        return fault(self.sheet, self.number, heading, code, self.texts.get(column, ""), wanted)


@dataclass(frozen=True, slots=True)
class Form:
    """A table people fill in."""

    name: str
    columns: Sequence[Column]

    def read(self, grid: Grid) -> tuple[list[FormRow], list[SheetFault]]:
        """Rows whose cells are right, and every fault of the others."""
        faults = list(grid.faults)
        if not grid.rows:
            wanted = ", ".join(column.name for column in self.columns)
            faults = faults or [fault(grid.sheet, 1, "", "empty", "", wanted)]
            return [], faults
        heading = grid.rows[0]
        placed, unplaced = self._heading(grid.sheet, *heading)
        faults += unplaced
        if unplaced:
            return [], faults
        headings = {column.name: heading[1][at] for at, column in placed.items()}
        rows = []
        for number, cells in grid.rows[1:]:
            faults += [
                fault(grid.sheet, number, get_column_letter(at + 1), "no_heading", cell, "")
                for at, cell in enumerate(cells)
                if cell and at not in placed
            ]
            texts = {c.name: cells[at] if at < len(cells) else "" for at, c in placed.items()}
            row, wrong = self._row(grid.sheet, number, texts, headings)
            faults += wrong
            if row is not None:
                rows.append(row)
        return rows, faults

    def _heading(
        self, sheet: str, number: int, cells: Sequence[str]
    ) -> tuple[dict[int, Column], list[SheetFault]]:
        known = {name: c for c in self.columns for name in (c.name, c.name_zh)}
        placed: dict[int, Column] = {}
        faults = []
        for at, cell in enumerate(cells):
            if not cell:
                continue
            column = known.get(cell) or known.get(cell.lower())
            if column is None:
                wanted = ", ".join(c.name for c in self.columns)
                faults.append(fault(sheet, number, cell, "unknown_column", cell, wanted))
            elif column in placed.values():
                faults.append(fault(sheet, number, cell, "double_column", cell, ""))
            else:
                placed[at] = column
        faults += [
            fault(sheet, number, column.name, "missing_column", "", column.name)
            for column in self.columns
            if column.required and column not in placed.values()
        ]
        return placed, faults

    def _row(
        self, sheet: str, number: int, texts: Mapping[str, str], headings: Mapping[str, str]
    ) -> tuple[FormRow | None, list[SheetFault]]:
        values: dict[str, object] = {}
        faults = []
        for column in self.columns:
            text = texts.get(column.name, "")
            heading = headings.get(column.name, column.name)
            if not text:
                if column.required:
                    faults.append(fault(sheet, number, heading, "required", "", ""))
                values[column.name] = None
                continue
            try:
                values[column.name] = column.parse(text)
            except ValueError as error:
                faults.append(fault(sheet, number, heading, column.code, text, str(error)))
        return (None if faults else FormRow(sheet, number, values, texts, headings)), faults


def parse_day(text: str) -> date:
    """A day, as 2026-07-01, 2026/7/1, 2026.7.1, 2026年7月1日 or 20260701."""
    wanted = "2026-07-01"
    match = _DAY.fullmatch(text)
    if match is None:
        raise ValueError(wanted)
    year, month, day = (int(each) for each in match.groups() if each is not None)
    try:
        found = date(year, month, day)
    except ValueError:
        raise ValueError(wanted) from None
    if found.year not in _YEARS:
        raise ValueError(f"{_YEARS[0]}..{_YEARS[-1]}")
    return found


def parse_text(text: str) -> str:
    """Any text that can be shown in one line."""
    if not text.isprintable():
        raise ValueError("text in one line")
    return text


def choice(*names: str) -> Parse:
    """One of a few names."""

    def parse(text: str) -> str:
        if text not in names:
            raise ValueError(" | ".join(names))
        return text

    return parse
