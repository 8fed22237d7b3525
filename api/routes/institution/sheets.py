"""Tables given out and taken over, as XLSX and CSV: whole, or with every fault at its cell."""

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from api.page import Page
from api.problem import Words, refuse, words
from api.scope import Scope
from api.sheet_file import TYPES, Lang, as_csv, as_workbook
from domain.sentence import Sentence
from ingest.sheet.fault import SheetFault
from ingest.sheet.grid import FILE_MAX_BYTES
from ingest.sheet.sheet import Sheet
from ingest.sheet.takeover import SHEETS, take_over
from store.people.session import audit

router = APIRouter(prefix="/sheets", tags=["sheets"])

_FAULTS_SHOWN = 500


class SheetOut(BaseModel):
    """One kind of table."""

    name: str
    columns: list[str] = Field(description="Headings; their Chinese names are understood too.")
    required: list[str] = Field(description="Columns that must be there and filled in.")


class FaultOut(BaseModel):
    """One thing that is wrong in a table."""

    sheet: str
    row: int = Field(description="As a spreadsheet counts; 0 for the file as a whole.")
    column: str
    code: str
    seen: str
    wanted: str
    why: Words | None = Field(
        default=None, description="What `wanted` says, where it is a refusal to be worded anew."
    )


class TakenOut(BaseModel):
    """What became of a table. With any fault nothing of it was taken over."""

    rows: int
    taken: bool
    faults: list[FaultOut] = Field(description=f"The first {_FAULTS_SHOWN}, by row.")
    faults_total: int


async def _upload(request: Request) -> bytes:
    """The body of a request, given up as soon as it is longer than any table may be."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > FILE_MAX_BYTES:
            limit = Sentence(
                "table_too_large", "a table has at most {most} MiB", most=FILE_MAX_BYTES // 2**20
            )
            raise refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, limit)
    return bytes(data)


def _sheet(name: str) -> Sheet:
    if name not in SHEETS:
        detail = Sentence(
            "no_table",
            "there is no table {name}; there are {sheets}",
            name=repr(name),
            sheets=", ".join(SHEETS),
        )
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    return SHEETS[name]


Upload = Annotated[bytes, Depends(_upload)]


@router.get("")
def list_sheets(_scope: Scope) -> Page[SheetOut]:
    """Kinds of tables."""
    return Page(
        items=[
            SheetOut(
                name=name,
                columns=[column.name for column in sheet.form.columns],
                required=[column.name for column in sheet.form.columns if column.required],
            )
            for name, sheet in SHEETS.items()
        ]
    )


@router.get("/{name}", response_class=Response)
def give_out(
    name: str,
    scope: Scope,
    form: Annotated[Literal["xlsx", "csv"], Query(description="Kind of file.")] = "xlsx",
    lang: Annotated[Lang, Query(description="Language of the headings.")] = "zh-CN",
) -> Response:
    """Everything the person may see, as a file that can be changed and taken over again."""
    sheet = _sheet(name)
    make = as_workbook if form == "xlsx" else as_csv
    return Response(
        make(sheet.form, sheet.export(scope.conn), lang),
        media_type=TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{sheet.form.name}.{form}"'},
    )


@router.post("/{name}")
def take(
    name: str,
    scope: Scope,
    data: Upload,
    check: Annotated[bool, Query(description="Only tell what is wrong.")] = False,
) -> TakenOut:
    """Take over an XLSX or CSV file, sent as the body; all of it, or nothing and every fault."""
    sheet = _sheet(name)
    taken = take_over(scope.conn, sheet, data, check_only=check)
    done = not taken.faults and not check
    if done:
        audit(scope.conn, "sheet_taken_over", sheet.form.name, {"rows": taken.rows})
    return TakenOut(
        rows=taken.rows,
        taken=done,
        faults=[_told(fault) for fault in taken.faults[:_FAULTS_SHOWN]],
        faults_total=len(taken.faults),
    )


def _told(fault: SheetFault) -> FaultOut:
    told = {name: getattr(fault, name) for name in SheetFault.__slots__ if name != "why"}
    return FaultOut(**told, why=words(fault.why) if fault.why else None)
