"""Tables from files: read alike from workbook and CSV, every fault at its cell, traps refused."""

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from api.sheet_file import as_csv, as_workbook
from domain.fact import FactKind
from ingest.sheet.csv_file import marked, read_csv, unmarked
from ingest.sheet.form import FormRow, parse_day
from ingest.sheet.grid import CELL_MAX, ROWS_MAX
from ingest.sheet.place_facts import PlaceFacts
from ingest.sheet.places import Places
from ingest.sheet.workbook import UNPACKED_MAX_BYTES, read_workbook

AREAS = PlaceFacts(FactKind.FLOOR_AREA).form
HEADING = ["organisation", "area_m2", "first_day", "last_day", "source"]


def workbook(rows: Sequence[Sequence[object]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The archive with one part more, or another one in its place."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for member in old.namelist():
            if member != name:
                new.writestr(member, old.read(member))
        new.writestr(name, content)
    return out.getvalue()


def values(rows: Sequence[FormRow]) -> list[tuple[object, ...]]:
    return [tuple(row.values.values()) for row in rows]


def test_a_workbook_and_csv_in_either_encoding_say_the_same() -> None:
    text = "机构编码,建筑面积 m2,起始日期\nschool,5000.5,2026-07-01\nhall,80,2026/7/2\n"
    book = workbook(
        [
            ["机构编码", "建筑面积 m2", "起始日期"],
            ["school", 5000.5, date(2026, 7, 1)],
            ["hall", 80, datetime(2026, 7, 2, tzinfo=UTC).replace(tzinfo=None)],
        ]
    )
    wanted = [
        ("school", "5000.5", date(2026, 7, 1), None, None),
        ("hall", "80", date(2026, 7, 2), None, None),
    ]
    grids = [read_csv(text.encode(code), "x") for code in ("utf-8", "utf-8-sig", "gb18030")]
    for grid in (*grids, read_workbook(book, "x")):
        rows, faults = AREAS.read(grid)
        assert (values(rows), faults) == (wanted, [])


def test_every_fault_is_told_at_once_with_row_column_value_and_what_is_wanted() -> None:
    text = (
        "organisation,area_m2,first_day\n"
        "school,0,2026-07-01\n"
        "\n"
        ",12,2026-02-30\n"
        "hall,wide,1.7.2026\n"
        "ok,5,\n"
    )
    rows, faults = AREAS.read(read_csv(text.encode(), "areas"))
    assert [(f.row, f.column, f.code, f.seen) for f in faults] == [
        (2, "area_m2", "not_a_floor_area", "0"),
        (4, "organisation", "required", ""),
        (4, "first_day", "not_a_day", "2026-02-30"),
        (5, "area_m2", "not_a_floor_area", "wide"),
        (5, "first_day", "not_a_day", "1.7.2026"),
    ]
    assert faults[0].wanted == "0 < m2 <= 100,000,000"
    assert {f.sheet for f in faults} == {"areas"}
    assert [row.number for row in rows] == [6]


@pytest.mark.parametrize(
    ("heading", "code", "column"),
    [
        ("organisation,areas", "unknown_column", "areas"),
        ("organisation", "missing_column", "area_m2"),
        ("organisation,area_m2,建筑面积 m2", "double_column", "建筑面积 m2"),
        ("", "empty", ""),
    ],
)
def test_a_heading_that_is_not_understood_is_told(heading: str, code: str, column: str) -> None:
    rows, faults = AREAS.read(read_csv(f"{heading}\nx,1,2\n".encode() * bool(heading), "x"))
    assert rows == []
    assert (code, column) in [(f.code, f.column) for f in faults]


def test_a_formula_is_refused_at_its_cell() -> None:
    book = workbook([HEADING, ["school", "=1+1", None, None, '=HYPERLINK("http://x")']])
    _, faults = AREAS.read(read_workbook(book, "x"))
    assert [(f.row, f.column, f.code) for f in faults][:2] == [
        (2, "B", "formula"),
        (2, "E", "formula"),
    ]


def test_a_zip_bomb_is_refused_before_it_unpacks() -> None:
    bomb = with_part(workbook([HEADING]), "xl/media/x.bin", bytes(UNPACKED_MAX_BYTES + 1))
    assert len(bomb) < 100_000
    (fault,) = read_workbook(bomb, "x").faults
    assert (fault.code, fault.row) == ("unpacks_too_far", 0)
    many = with_part(workbook([HEADING]), "a", b"")
    out = io.BytesIO(many)
    with zipfile.ZipFile(out, "a") as archive:
        for number in range(600):
            archive.writestr(f"x{number}", b"")
    (fault,) = read_workbook(out.getvalue(), "x").faults
    assert fault.code == "unpacks_too_far"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_in_any_encoding(encoding: str) -> None:
    xml = (
        f'<?xml version="1.0" encoding="{encoding}"?>'
        '<!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;">]><sst>&c;</sst>'
    )
    bomb = with_part(workbook([HEADING]), "xl/sharedStrings.xml", xml.encode(encoding))
    (fault,) = read_workbook(bomb, "x").faults
    assert (fault.code, fault.seen) == ("not_plain_xml", "xl/sharedStrings.xml")


def test_a_row_number_beyond_any_sheet_is_no_trap() -> None:
    rows = b'<row r="9999999999"><c r="A9999999999" t="inlineStr"><is><t>x</t></is></c></row>'
    xml = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b"<sheetData>" + rows + b"</sheetData></worksheet>"
    )
    grid = read_workbook(with_part(workbook([HEADING]), "xl/worksheets/sheet1.xml", xml), "x")
    assert [fault.code for fault in grid.faults] == ["too_many_rows"]


def test_a_sheet_with_too_many_rows_columns_or_text_is_refused() -> None:
    many = "organisation,area_m2\n" + "school,1\n" * (ROWS_MAX + 1)
    wide = "organisation,area_m2" + "," * 60 + "x\n"
    long = f"organisation,area_m2\n{'x' * (CELL_MAX + 1)},1\n"
    for text, code in ((many, "too_many_rows"), (wide, "too_many_columns"), (long, "too_long")):
        assert [f.code for f in read_csv(text.encode(), "x").faults] == [code]


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"\xff\xff\xff", "not_text"), (b"a\0b", "not_text"), (b'a,"b\nc', "not_csv")],
)
def test_what_is_no_csv_is_told(data: bytes, code: str) -> None:
    assert [fault.code for fault in read_csv(data, "x").faults] == [code]


@given(cut=st.integers(0, 4000), flip=st.integers(0, 4000))
def test_a_spoilt_workbook_is_refused_or_read_but_never_breaks_the_reader(
    cut: int, flip: int
) -> None:
    data = bytearray(workbook([HEADING, ["school", 1, None, None, "x"]]))
    data[flip % len(data)] ^= 0x55
    grid = read_workbook(bytes(data[: max(cut % len(data), 30)]), "x")
    AREAS.read(grid)
    AREAS.read(read_workbook(bytes(data), "x"))


@given(data=st.binary(max_size=200))
def test_any_bytes_as_csv_end_as_rows_or_faults(data: bytes) -> None:
    rows, faults = Places.form.read(read_csv(data, "x"))
    assert rows == []
    assert faults


@given(text=st.text(max_size=20))
def test_no_text_is_given_out_as_a_formula_and_each_comes_back(text: str) -> None:
    given_out = marked(text)
    assert unmarked(given_out) == text
    starts_like_a_formula = given_out.startswith(("=", "+", "-", "@", "\t"))
    if starts_like_a_formula:
        float(given_out)


def test_what_is_given_out_is_read_back_and_holds_no_formula() -> None:
    rows = [["school", "5000.5", "2026-07-01", "", '=cmd|"/c calc"!A1'], ["hall", "80", "", "", ""]]
    book = as_workbook(AREAS, rows, "zh-CN")
    opened = openpyxl.load_workbook(io.BytesIO(book))
    assert opened["floor_areas"]["E2"].data_type == "s"
    assert opened["floor_areas"]["B2"].value == 5000.5
    back, faults = AREAS.read(read_csv(as_csv(AREAS, rows, "en"), "x"))
    assert faults == []
    assert [row.texts["source"] for row in back] == ['=cmd|"/c calc"!A1', ""]
    assert [row.values["area_m2"] for row in back] == ["5000.5", "80"]


def edited(rows: Sequence[Sequence[object]], change: Callable[[Worksheet], object]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(workbook(rows)))
    change(book.worksheets[0])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def merge(sheet: Worksheet) -> None:
    sheet.merge_cells("D2:D3")


def fail(sheet: Worksheet) -> None:
    sheet["E2"].value = "#REF!"
    sheet["E2"].data_type = "e"


def show_as_percent(sheet: Worksheet) -> None:
    sheet["B2"].number_format = "0.00%"


def add_a_sheet(sheet: Worksheet) -> None:
    assert sheet.parent is not None
    sheet.parent.create_sheet("more").append(["school", 1])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (merge, (2, "D", "merged_cells", "D2:D3")),
        (fail, (2, "E", "error_value", "#REF!")),
        (show_as_percent, (2, "B", "percent_format", "0.05")),
        (add_a_sheet, (0, "", "several_sheets", "Sheet, more")),
    ],
)
def test_what_a_reader_of_the_workbook_sees_otherwise_is_refused_at_its_cell(
    change: Callable[[Worksheet], object], told: tuple[int, str, str, str]
) -> None:
    rows: list[list[object]] = [
        [*HEADING],
        ["school", 0.05, "2026-01-01", "2026-06-30", "x"],
        ["hall", 2],
    ]
    found = read_workbook(edited(rows, change), "floor_areas").faults
    assert [(f.row, f.column, f.code, f.seen) for f in found] == [told]


def test_a_sheet_of_the_tables_name_is_read_beside_others() -> None:
    def name(sheet: Worksheet) -> None:
        add_a_sheet(sheet)
        sheet.title = "floor_areas"

    grid = read_workbook(edited([HEADING, ["school", 5]], name), "floor_areas")
    assert (len(grid.rows), grid.faults) == (2, [])


def test_rows_beyond_the_size_a_workbook_says_it_has_are_read() -> None:
    data = workbook([HEADING, ["school", 1], ["hall", 2]])
    part = "xl/worksheets/sheet1.xml"
    told = zipfile.ZipFile(io.BytesIO(data)).read(part)
    stale = told.replace(b'<dimension ref="A1:E3"', b'<dimension ref="A1"')
    assert stale != told
    rows, faults = AREAS.read(read_workbook(with_part(data, part, stale), "x"))
    assert ([row.values["organisation"] for row in rows], faults) == (["school", "hall"], [])


def test_a_value_under_no_heading_is_told_and_not_left_out() -> None:
    text = "organisation,area_m2,first_day\nschool,5,2026-01-01,2026-06-30\nhall,6,2026-01-01\n"
    _, faults = AREAS.read(read_csv(text.encode(), "x"))
    assert [(f.row, f.column, f.code, f.seen) for f in faults] == [
        (2, "D", "no_heading", "2026-06-30")
    ]


def test_a_number_is_read_with_the_digits_a_spreadsheet_shows() -> None:
    data = workbook([HEADING, ["a", 0.1 + 0.2], ["b", 0.00001], ["c", 3703.6800000000003]])
    rows, faults = AREAS.read(read_workbook(data, "x"))
    told = [row.values["area_m2"] for row in rows]
    assert (told, faults) == (["0.3", "0.00001", "3703.68"], [])


def test_what_no_workbook_keeps_as_a_number_and_no_formula_is_comes_back_as_it_was() -> None:
    line = ["school", "12345678.12345678", "", "", "=1+1"]
    [row], faults = AREAS.read(read_workbook(as_workbook(AREAS, [line], "en"), "floor_areas"))
    assert (row.texts["area_m2"], row.values["source"], faults) == (line[1], "=1+1", [])


@pytest.mark.parametrize("text", ["2026-07-01", "2026/7/1", "2026.7.1", "2026年7月1日", "20260701"])
def test_a_day_is_read_in_the_forms_people_write(text: str) -> None:
    assert parse_day(text) == date(2026, 7, 1)


@pytest.mark.parametrize("text", ["1.7.2026", "7/1/2026", "2026.0701", "2026-13-01", "46204"])
def test_a_day_that_may_be_another_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="2026-07-01"):
        parse_day(text)
