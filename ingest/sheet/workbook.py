"""A workbook (XLSX) as a grid. Archives that unpack too far, entities and formulas are refused."""

import io
import zipfile
from collections.abc import Iterable
from datetime import datetime

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from ingest.sheet.fault import fault
from ingest.sheet.grid import COLUMNS_MAX, Grid, unreadable

UNPACKED_MAX_BYTES = 32 * 2**20
MEMBERS_MAX = 500
_LAST_ROW = 1_048_576
"""A sheet has no more rows; a higher number is a trap for whoever counts up to it."""


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
        name = sheet if sheet in book.sheetnames else book.sheetnames[0]
        grid = Grid(name)
        rows = book[name].iter_rows(max_col=COLUMNS_MAX + 1, values_only=True)
        for number, values in enumerate(rows, 1):
            if number > _LAST_ROW:
                return unreadable(name, "too_many_rows", str(number), f"at most {_LAST_ROW:,}")
            if any(value is not None for value in values) and not _take(grid, number, values):
                break
        return grid
    finally:
        book.close()


def _take(grid: Grid, number: int, values: Iterable[object]) -> bool:
    cells = []
    for position, value in enumerate(values, 1):
        if _is_formula(value):
            letter = get_column_letter(position)
            grid.faults.append(fault(grid.sheet, number, letter, "formula", str(value), ""))
        cells.append(_text(value))
    return grid.add(number, cells)


def _is_formula(value: object) -> bool:
    if isinstance(value, str):
        return value.startswith("=")
    return isinstance(value, ArrayFormula | DataTableFormula)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        midnight = value.time() == datetime.min.time()
        return value.date().isoformat() if midnight else value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
