"""A report as a workbook: a sheet for each table, numbers as numbers, sums as formulas."""

import io
import re
from datetime import UTC
from decimal import Decimal
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # the package has no annotations
from xlsxwriter.utility import (  # type: ignore[import-untyped]  # likewise
    xl_range,
    xl_rowcol_to_cell,
)

from api.paper.report_paper import Cell, Paper, Section
from api.sheet_file import AS_TEXT

_FORM = "#,##0.######"
_IN_BRACES = re.compile(r"\{(\w+)\}")
_LONGEST_NAME = 31
"""Of a sheet. [character]"""
_WIDTH, _FIRST_WIDTH = 18, 34
"""Of columns. [character]"""


def as_workbook(paper: Paper) -> bytes:
    """Make the workbook (XLSX); what is missing is said in words and never 0."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, AS_TEXT) as book:
        made_at = paper.row.made_at.astimezone(UTC).replace(tzinfo=None)
        book.set_properties({"created": made_at})
        strong, number = book.add_format({"bold": True}), book.add_format({"num_format": _FORM})
        _cover(book, paper, strong)
        for section in paper.sections():
            sheet = book.add_worksheet(paper.word(section.key)[:_LONGEST_NAME])
            sheet.set_column(0, 0, _FIRST_WIDTH)
            sheet.set_column(1, len(section.heads) - 1, _WIDTH)
            sheet.freeze_panes(1, 0)
            _table(sheet, paper, section, strong, number)
    return out.getvalue()


def _cover(book: Any, paper: Paper, strong: Any) -> None:
    sheet = book.add_worksheet(paper.title[:_LONGEST_NAME])
    sheet.set_column(0, 0, 4 * _FIRST_WIDTH)
    sheet.write_string(0, 0, paper.heading, strong)
    for number, text in enumerate((*paper.standing, *paper.paragraphs, paper.foot), 1):
        sheet.write_string(number, 0, text)


def _table(sheet: Any, paper: Paper, section: Section, strong: Any, number: Any) -> None:
    for column, head in enumerate(section.heads):
        sheet.write_string(0, column, paper.word(head), strong)
    for at, row in enumerate(section.rows, 1):
        for column, (head, cell) in enumerate(zip(section.heads, row, strict=True)):
            formula = _formula(section, head, at, row)
            if formula and isinstance(cell, Decimal):
                sheet.write_formula(at, column, formula, number, float(cell))
            elif isinstance(cell, Decimal):
                sheet.write_number(at, column, float(cell), number)
            else:
                sheet.write_string(at, column, paper.word("missing") if cell is None else cell)
    for head in section.sums if section.rows else ():
        last, column = len(section.rows), section.heads.index(head)
        told = (row[column] for row in section.rows)
        total = sum((cell for cell in told if isinstance(cell, Decimal)), Decimal(0))
        sum_ = f"=SUM({xl_range(1, column, last, column)})"
        sheet.write_formula(last + 1, column, sum_, number, float(total))


def _formula(section: Section, head: str, at: int, row: tuple[Cell, ...]) -> str:
    """How a cell follows from others of its row; empty where it does not, or one is missing."""
    text = section.formulas.get(head, "")
    cells = dict(zip(section.heads, row, strict=True))
    for name in _IN_BRACES.findall(text):
        if not isinstance(cells[name], Decimal):
            return ""
        text = text.replace(f"{{{name}}}", xl_rowcol_to_cell(at, section.heads.index(name)))
    return f"={text}" if text else ""
