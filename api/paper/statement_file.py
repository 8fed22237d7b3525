"""A statement as a workbook: what stands on paper, sums as formulas, savings with a chart."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # the package has no annotations

from analytics.settlement.statement import SavingFigure, Side
from api.paper.statement_inputs import inputs_table
from api.paper.statement_measurement import measurement, sureness
from api.paper.statement_paper import Paper
from api.paper.statement_tables import (
    Cell,
    Table,
    course,
    days_left_out,
    differences,
    disputes,
    facts,
    lines,
    payment,
    registers,
    remarks,
    steps,
    totals,
)
from api.sheet_file import AS_TEXT

_MONEY_FORM, _NUMBER_FORM = "#,##0.00", "#,##0.######"
_WIDTHS = (20, 26, 18, 64, 52, 52)
"""Of the columns of every sheet. [character]"""
_TOLD = ("low", "high", "ratio", "quantity_effect", "shifting_effect", "cost_effect")
_CHART_ROWS = 16
"""Height of a chart. [row]"""
_SUMMED = {"F": Side.FEE, "U": Side.BILLS}
"""Totals that are plain sums of the lines of a side."""


def as_workbook(paper: Paper) -> bytes:
    """Make the workbook (XLSX) of a statement.

    Amounts are numbers with two decimals, sums of lines are formulas with their value beside them;
    what is missing is said in words and never 0. The same statement gives the same bytes.
    """
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, AS_TEXT) as book:
        made_at = datetime.combine(paper.document.end_day, time(), UTC).replace(tzinfo=None)
        book.set_properties({"created": made_at})
        writing = _Writing(book, paper)
        writing.statement_sheet()
        writing.tables_sheet("steps", steps(paper))
        writing.savings_sheet()
        writing.tables_sheet("left_out", days_left_out(paper))
        writing.tables_sheet("inputs", inputs_table(paper))
        writing.tables_sheet("remarks", remarks(paper))
        writing.tables_sheet("course", course(paper), disputes(paper))
    return out.getvalue()


@dataclass
class _Writing:
    """A workbook on the way.

    Attributes
    ----------
    line_cells : dict
        Cells with the amounts of each side's lines.
    """

    book: Any
    paper: Paper
    line_cells: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        top = {"valign": "top"}
        self.strong = self.book.add_format({"bold": True})
        self.wrapped = self.book.add_format({"text_wrap": True, **top})
        self.money = self.book.add_format({"num_format": _MONEY_FORM, **top})
        self.number = self.book.add_format({"num_format": _NUMBER_FORM, **top})

    def sheet(self, key: str) -> Any:
        sheet = self.book.add_worksheet(self.paper.word(key))
        for at, width in enumerate(_WIDTHS):
            sheet.set_column(at, at, width)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        return sheet

    def cell(self, sheet: Any, row: int, column: int, cell: Cell) -> None:
        if isinstance(cell, Decimal):
            sheet.write_number(row, column, float(cell), self.money)
        else:
            text = self.paper.word("missing") if cell is None else cell
            sheet.write_string(row, column, text, self.wrapped)

    def heads(self, sheet: Any, row: int, keys: tuple[str, ...]) -> None:
        for column, key in enumerate(keys):
            sheet.write_string(row, column, self.paper.word(key), self.strong)

    def table(self, sheet: Any, at: int, table: Table) -> int:
        """Write a table; gives the row after it and an empty one."""
        self.heads(sheet, at, table.heads)
        for number, row in enumerate(table.rows, at + 1):
            for column, cell in enumerate(row):
                self.cell(sheet, number, column, cell)
        return at + len(table.rows) + 2

    def tables_sheet(self, key: str, *tables: Table) -> None:
        sheet, at = self.sheet(key), 0
        for table in tables:
            at = self.table(sheet, at, table)
        sheet.freeze_panes(1, 0)

    def statement_sheet(self) -> None:
        paper, sheet = self.paper, self.sheet("statement")
        for column, text in enumerate((paper.heading, paper.title, paper.standing)):
            sheet.write_string(0, column, text, self.strong)
        at = self.table(sheet, 2, facts(paper))
        at = self._lines(sheet, at)
        at = self._totals(sheet, at)
        for table in (payment(paper), differences(paper), registers(paper)):
            at = self.table(sheet, at, table) if table.rows else at
        sheet.write_string(at, 0, paper.word("signatures"), self.strong)
        for row, texts in enumerate(paper.signatories(), at + 1):
            for column, text in enumerate(texts):
                sheet.write_string(row, column, text, self.wrapped)

    def savings_sheet(self) -> None:
        sheet, at = self.sheet("savings"), 0
        for figure in self.paper.savings:
            at = self._saving(sheet, at, figure)
        how = measurement(self.paper)
        if how.rows:
            self.table(sheet, at, how)

    def _lines(self, sheet: Any, at: int) -> int:
        table = lines(self.paper)
        if not table.rows:
            return at
        column = table.heads.index("amount")
        for row, line in enumerate(self.paper.lines, at + 1):
            self.line_cells.setdefault(line.side, []).append(_place(row, column))
        return self.table(sheet, at, table)

    def _totals(self, sheet: Any, at: int) -> int:
        """Totals; those that are plain sums of lines as formulas."""
        end = self.table(sheet, at, totals(self.paper))
        for row, total in enumerate(self.paper.document.totals, at + 1):
            places = self.line_cells.get(_SUMMED.get(total.symbol, ""), [])
            if places and total.amount is not None:
                value = float(total.amount)
                sheet.write_formula(row, 1, f"=SUM({','.join(places)})", self.money, value)
        return end

    def _saving(self, sheet: Any, at: int, found: SavingFigure) -> int:
        """Figures of one line with their chart; gives the row after both."""
        title = self.paper.saving_title(found)
        sheet.write_string(at, 0, title, self.strong)
        bars = {
            "unadjusted": found.naive + found.use,
            "adjusted_baseline": found.adjusted_baseline,
            "use": found.use,
        }
        rows = {name: row for row, name in enumerate((*bars, "naive", "saving", *_TOLD), at + 1)}
        for name, row in rows.items():
            self.cell(sheet, row, 0, self.paper.word(name))
        for name, value in bars.items():
            sheet.write_number(rows[name], 2, float(value), self.number)
        self._difference(sheet, rows, "naive", "unadjusted", found.naive)
        self._difference(sheet, rows, "saving", "adjusted_baseline", found.saving)
        for name in _TOLD:
            value = getattr(found, name)
            if value is None:
                self.cell(sheet, rows[name], 2, None)
            else:
                form = self.money if name.endswith("_effect") else self.number
                sheet.write_number(rows[name], 2, float(value), form)
        after = max(rows.values()) + 1
        for key, text in sureness(self.paper, found):
            self.cell(sheet, after, 0, self.paper.word(key))
            self.cell(sheet, after, 2, text)
            after += 1
        self._chart(sheet, at, title, len(bars))
        return at + max(after - at + 1, _CHART_ROWS)

    def _difference(
        self, sheet: Any, rows: Mapping[str, int], name: str, of: str, value: Decimal
    ) -> None:
        formula = f"={_place(rows[of], 2)}-{_place(rows['use'], 2)}"
        sheet.write_formula(rows[name], 2, formula, self.number, float(value))

    def _chart(self, sheet: Any, at: int, title: str, bars: int) -> None:
        chart = self.book.add_chart({"type": "column"})
        name, first, last = self.paper.word("savings"), at + 1, at + bars
        chart.add_series(
            {"categories": [name, first, 0, last, 0], "values": [name, first, 2, last, 2]}
        )
        chart.set_title({"name": title})
        chart.set_legend({"none": True})
        chart.set_y_axis({"min": 0})
        sheet.insert_chart(at, 3, chart)


def _place(row: int, column: int) -> str:
    """A cell as spreadsheets name it; the sheet has no more than 26 columns in use."""
    return f"{chr(ord('A') + column)}{row + 1}"
