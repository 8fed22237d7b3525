"""CSV as a grid: UTF-8, or the GB 18030 that Chinese spreadsheets save."""

import csv
import io

from ingest.sheet.grid import Grid, unreadable

FORMULA_MARKS = ("=", "+", "-", "@", "\t")
"""A text that begins so would be run as a formula by a spreadsheet."""


def read_csv(data: bytes, name: str) -> Grid:
    """Read a file; what cannot be read is told in the grid's faults."""
    text = _decoded(data)
    if text is None or "\0" in text:
        return unreadable(name, "not_text", "", "CSV in UTF-8 or GB 18030")
    grid = Grid(name)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for number, cells in enumerate(reader, 1):
            if not grid.add(number, [unmarked(cell.strip()) for cell in cells]):
                break
    except csv.Error as error:
        return unreadable(name, "not_csv", str(error), f"line {reader.line_num} as CSV")
    return grid


def marked(text: str) -> str:
    """A text so that no spreadsheet takes it for a formula; numbers stay what they are."""
    return f"'{text}" if text.startswith(("'", *FORMULA_MARKS)) and not _number(text) else text


def unmarked(text: str) -> str:
    """The text that was marked."""
    return text.removeprefix("'")


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _decoded(data: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
