"""A table as a file: workbook or CSV, with texts that no spreadsheet runs as formulas."""

import csv
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

import xlsxwriter  # type: ignore[import-untyped]  # the package has no annotations

from ingest.sheet.csv_file import marked
from ingest.sheet.form import Form

AS_TEXT = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_WIDTH = 20
"""Of every column. [character]"""


def headings(form: Form, lang: str) -> list[str]:
    """Headings of a form in a language; either are understood when it comes back."""
    return [column.name if lang == "en" else column.name_zh for column in form.columns]


def as_workbook(form: Form, rows: Sequence[Sequence[str]], lang: str) -> bytes:
    """Make a workbook (XLSX) of one sheet that has the form's name."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, AS_TEXT)
    sheet = book.add_worksheet(form.name)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(form.columns) - 1, _WIDTH)
    sheet.write_row(0, 0, headings(form, lang), book.add_format({"bold": True}))
    for number, row in enumerate(rows, 1):
        for at, (column, text) in enumerate(zip(form.columns, row, strict=True)):
            if column.numeric and text and _fits(text):
                sheet.write_number(number, at, float(text))
            else:
                sheet.write_string(number, at, text)
    book.close()
    return out.getvalue()


def _fits(text: str) -> bool:
    """Whether a workbook keeps every digit of a number; of a longer one the text does."""
    return Decimal(f"{float(text):.15g}") == Decimal(text)


def as_csv(form: Form, rows: Sequence[Sequence[str]], lang: str) -> bytes:
    """Make CSV in UTF-8 with the mark by which spreadsheets know it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(headings(form, lang))
    writer.writerows([marked(text) for text in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
Lang = Literal["zh-CN", "en"]
