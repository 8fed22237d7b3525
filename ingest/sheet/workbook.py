"""A workbook (XLSX) as a grid of what its cells show, or the cells that show something else.

Archives that unpack too far and entities are refused, and so are formulas, error values, merged
cells and numbers shown as percent: what stands in the file is not what its writer saw.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from ingest.sheet.fault import SheetFault, fault
from ingest.sheet.grid import COLUMNS_MAX, Grid, unreadable

UNPACKED_MAX_BYTES = 32 * 2**20
MEMBERS_MAX = 500
_LAST_ROW = 1_048_576
"""A sheet has no more rows; a higher number is a trap for whoever counts up to it."""

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="(([A-Z]{1,3})([0-9]{1,7})[^"]*)"')
_MERGED_TOLD = 100


def read_workbook(data: bytes, sheet: str) -> Grid:
    """Read the sheet of a name, or the first one; what cannot be read is told in the faults."""
    refused = _refused_archive(data, sheet)
    if refused is not None:
        return refused
    try:
        return _read(data, sheet)
    except Exception as error:  # noqa: BLE001 - a hostile file fails the reader at any place
        reason = f"{type(error).__name__}: {error}"
        return unreadable(sheet, "not_a_workbook", reason, "a workbook (XLSX)")


def _refused_archive(data: bytes, sheet: str) -> Grid | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            unpacked = sum(member.file_size for member in members)
            if unpacked > UNPACKED_MAX_BYTES or len(members) > MEMBERS_MAX:
                limit = f"at most {UNPACKED_MAX_BYTES // 2**20} MiB in {MEMBERS_MAX} parts"
                seen = f"{unpacked // 2**20} MiB in {len(members)} parts"
                return unreadable(sheet, "unpacks_too_far", seen, limit)
            for member in members:
                head = archive.read(member)
                if member.filename.endswith((".xml", ".rels")) and not _plain_xml(head):
                    return unreadable(sheet, "not_plain_xml", member.filename, "XML without DTD")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        return unreadable(sheet, "not_a_workbook", str(error), "a workbook (XLSX)")
    except Exception as error:  # noqa: BLE001 - decompressors raise errors of their own
        return unreadable(sheet, "not_a_workbook", str(error), "a workbook (XLSX)")
    return None


def _plain_xml(content: bytes) -> bool:
    """UTF-8 without a document type, whose entities would multiply what is written."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return "<!DOCTYPE" not in text and "<!ENTITY" not in text and "\0" not in text


def _read(data: bytes, sheet: str) -> Grid:
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
    try:
        name = sheet if sheet in book.sheetnames else _only_filled(book)
        if not name:
            seen = ", ".join(book.sheetnames)
            return unreadable(sheet, "several_sheets", seen, f"one sheet, or one named {sheet}")
        grid = Grid(name)
        grid.faults += _merged(data, book[name], name)
        for number, cells in enumerate(_rows(book[name]), 1):
            if number > _LAST_ROW:
                return unreadable(name, "too_many_rows", str(number), f"at most {_LAST_ROW:,}")
            if any(cell.value is not None for cell in cells) and not _take(grid, number, cells):
                break
        return grid
    finally:
        book.close()


def _rows(sheet: Any) -> Iterator[Sequence[Any]]:
    """Every row there is; what the file says of its own size is not believed."""
    sheet.reset_dimensions()
    rows: Iterator[Sequence[Any]] = sheet.iter_rows(max_col=COLUMNS_MAX + 1)
    return rows


def _only_filled(book: openpyxl.Workbook) -> str:
    """Name of the one sheet with anything in it, else of the first; empty if there are several."""
    filled = [
        name
        for name in book.sheetnames
        if any(
            cell.value is not None for row in islice(_rows(book[name]), _LAST_ROW) for cell in row
        )
    ]
    return "" if len(filled) > 1 else next(iter(filled), book.sheetnames[0])


def _merged(data: bytes, of: Any, sheet: str) -> list[SheetFault]:
    """Cells that are one: to whoever reads the rows apart, all but the first are empty."""
    path = str(of._worksheet_path)  # noqa: SLF001 - a read-only sheet keeps no ranges itself
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        ranges = _MERGED.findall(archive.read(path.removeprefix("/")))
    return [
        fault(sheet, int(row), letter.decode(), "merged_cells", whole.decode(), "")
        for whole, letter, row in ranges[:_MERGED_TOLD]
    ]


def _take(grid: Grid, number: int, cells: Sequence[Any]) -> bool:
    for position, cell in enumerate(cells, 1):
        code = _refused_cell(cell)
        if code:
            letter = get_column_letter(position)
            grid.faults.append(fault(grid.sheet, number, letter, code, str(cell.value), ""))
    return grid.add(number, [_text(cell.value) for cell in cells])


def _refused_cell(cell: Any) -> str:
    """Why what stands in a cell is not what its reader sees; empty where it is."""
    if cell.data_type == "f" or isinstance(cell.value, ArrayFormula | DataTableFormula):
        return "formula"
    if cell.data_type == "e":
        return "error_value"
    if isinstance(cell.value, int | float) and "%" in (cell.number_format or ""):
        return "percent_format"
    return ""


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        midnight = value.time() == datetime.min.time()
        return value.date().isoformat() if midnight else value.isoformat()
    if isinstance(value, float):
        # As many digits as a spreadsheet shows: the sixteenth is that of binary fractions.
        return f"{Decimal(f'{value:.15g}'):f}"
    return str(value).strip()
