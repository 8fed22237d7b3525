"""A statement is taken home as PDF and workbook, with what people did to it, by who may see it."""

import io
import os

import openpyxl
import pytest
from pypdf import PdfReader

from api.paper import statement_pdf
from domain.errors import ConfigurationError
from tests.db.contracts.desk import Desk

pytestmark = pytest.mark.db


def text(content: bytes) -> str:
    """Text of a PDF, without the breaks that lines make."""
    pages = PdfReader(io.BytesIO(content)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


def disputed(desk: Desk) -> int:
    """The worked month, signed by both and disputed by the client."""
    statement = int(desk.draft(desk.agree())["id"])
    desk.signed(statement)
    desk.post(
        "manager", f"statements/{statement}/disputes", line="water", side="fee",
        claimed="8000.00", reason="水表倍率有误", deadline="2099-01-31", evidence=[],
    )  # fmt: skip
    return statement


def test_the_workbook_holds_the_worked_month_and_its_course(desk: Desk) -> None:
    statement = disputed(desk)
    answer = desk.ask("engineer", "GET", f"statements/{statement}/xlsx", params={"lang": "en"})
    assert answer.status_code == 200
    name = "office-july-month-2026-07-1.xlsx"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    book = openpyxl.load_workbook(io.BytesIO(answer.content), data_only=True)
    rows = {row[:3] for row in book["Settlement statement"].iter_rows(values_only=True)}
    assert ("Fee", "Electricity", 151845.43) in rows
    assert {row[1] for row in rows if row[0] == "Fee F"} == {160770.98}
    course = list(book["Course"].iter_rows(values_only=True))
    assert [row[0] for row in course[1:6]] == ["made", "checked", "signed", "signed", "disputed"]
    assert any(row[2] == 8000 and row[6] == "open" for row in course)


def test_the_pdf_says_in_both_languages_what_was_signed_and_what_is_disputed(desk: Desk) -> None:
    try:
        statement_pdf._library()
    except ConfigurationError as error:
        if "CI" in os.environ:
            raise
        pytest.skip(str(error))
    statement = disputed(desk)
    shown = desk.get("manager", f"statements/{statement}")
    for lang, words in (("zh-CN", ("有争议", "水费")), ("en", ("Disputed", "Water"))):
        path = f"statements/{statement}/pdf"
        answer = desk.ask("manager", "GET", path, params={"lang": lang})
        assert answer.headers["content-type"] == "application/pdf"
        told = text(answer.content)
        figures = ("154,340.14", "160,770.98", "25,681.6", "-9,600", "8,000.00")
        for word in (*words, *figures, "水表倍率有误", shown["sha256"], "engineer"):
            assert word in told


def test_a_server_without_pango_says_what_to_install(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(_name: str) -> object:
        raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(statement_pdf, "import_module", lacking)
    statement = desk.draft(desk.agree())["id"]
    answer = desk.ask("manager", "GET", f"statements/{statement}/pdf")
    assert (answer.status_code, answer.json()["code"]) == (503, "pdf_without_pango")
    assert "fonts-noto-cjk" in answer.json()["parameters"]["packages"]


@pytest.mark.parametrize("form", ["pdf", "xlsx"])
def test_strangers_find_no_statement_to_take_home(desk: Desk, form: str) -> None:
    statement = desk.draft(desk.agree())["id"]
    assert desk.ask("hospital", "GET", f"statements/{statement}/{form}").status_code == 404
    assert desk.ask("manager", "GET", f"statements/{statement}/{form}?lang=xx").status_code == 422
