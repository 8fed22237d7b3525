"""`civicwatt settle`: a contract file in, statements out, a refusal with its place."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from api.paper import statement_pdf
from civicwatt.cli import main
from domain.canonical import digest
from domain.settlement_file import shipped_examples

ROOT = Path(__file__).parents[2]
OFFICE = ROOT / "domain/contracts/office_july.toml"
CLINIC = ROOT / "domain/contracts/clinic_year.toml"


def settle(capsys: pytest.CaptureFixture[str], *words: object) -> list[dict[str, Any]]:
    assert main(["settle", *map(str, words)]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_worked_month_is_printed_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    records = settle(capsys, OFFICE, "--period", "2026-07")
    head = records[0]
    assert (head["record"], head["month"], head["may_be_signed"]) == ("statement", "2026-07", True)
    amounts = {(r["side"], r["code"]): r["amount"] for r in records if r["record"] == "line"}
    assert amounts == {
        ("fee", "electricity"): "151845.43", ("fee", "water"): "8925.55",
        ("bills", "electricity"): "130541.40", ("bills", "water"): "8231.50",
        ("deduction", "temperature"): "6430.84",
    }  # fmt: skip
    (payment,) = (r for r in records if r["record"] == "payment")
    assert (payment["payer"], payment["amount"]) == ("client", "154340.14")
    saving = next(r for r in records if r["record"] == "saving")
    assert (saving["naive"], saving["saving"]) == ("-9600", "25681.6")
    for record in records:
        if record["record"] == "line":
            assert record["formula"]
            assert record["name_zh"]
            assert all(step["formula"] for step in record["steps"])


def test_the_other_direction_of_payment_is_one_word_in_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    word = 'utilities_paid_by = "provider"'
    text = shipped_examples()["office_july.toml"]
    assert word in text
    file = tmp_path / "mode_b.toml"
    file.write_text(text.replace(word, 'utilities_paid_by = "client"'), "utf-8")
    (payment,) = (r for r in settle(capsys, file) if r["record"] == "payment")
    assert payment["amount"] == "15567.24"


def test_a_whole_year_ends_with_its_true_up_and_hand_over(
    capsys: pytest.CaptureFixture[str],
) -> None:
    records = settle(capsys, CLINIC)
    assert [r["month"] for r in records if r["record"] == "statement"] == [
        f"2026-{month:02}" for month in range(1, 13)
    ]
    year, end = records[-2:]
    assert (year["record"], end["record"]) == ("true_up", "hand_over")
    assert (year["payment"]["payer"], year["payment"]["amount"]) == ("provider", "563.53")
    assert end["payment"]["amount"] == "6642.90"
    assert end["registers"] == [
        {"meter": "main-e", "register": {"flat": "3355", "peak": "3555", "valley": "2878"}}
    ]


def test_the_text_that_is_signed_has_the_digest_of_the_statement(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (head, *_) = settle(capsys, OFFICE)
    assert main(["settle", str(OFFICE), "--text"]) == 0
    (text,) = capsys.readouterr().out.splitlines()
    assert digest(text) == head["sha256"]


@pytest.mark.parametrize(
    ("was", "now", "reason"),
    [
        ("coefficient = 0.95", "coefficient = 0", ": coefficient 0, want 0 to 1"),
        ("coefficient = 0.95", "coeficient = 0.95", ": nobody knows coeficient"),
        ('meter = "main-w"', 'meter = "main-x"', "2026-07: 'main-x' is not in the contract"),
        ("valley = 66500", 'valley = "many"', "months[1] (2026-07).uses[1] (main-e).quantities"),
        ("valley = 0.25", "valley = 0.26", "lines[1] (electricity).baseline: shares sum to 1.01"),
        ('month = "2026-07"', 'month = "July"', "month 'July', want YYYY-MM"),
        ("quantities = { flat = 1010 }", "quantities = { flat = -1 }", "an amount below 0"),
        ("quantities = { flat = 1010 }", "quantities = { flat = nan }", "NaN'): want a number"),
        ("power_kw = 12", "power_kw = 1e12", "want a number below 1000000000000"),
        ("schema =", "schema = = ", "no TOML"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], was: str, now: str, reason: str
) -> None:
    text = shipped_examples()["office_july.toml"]
    assert was in text
    file = tmp_path / "c.toml"
    file.write_text(text.replace(was, now), "utf-8")
    assert main(["settle", str(file)]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"civicwatt settle: {file}")
    assert reason in told


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ((OFFICE, "--period", "2026-08"), "office-july has no figures of 2026-08"),
        (("no/such.toml",), "no/such.toml: [Errno 2]"),
    ],
)
def test_what_is_not_there_is_refused(
    capsys: pytest.CaptureFixture[str], words: tuple[object, ...], reason: str
) -> None:
    assert main(["settle", *map(str, words)]) == 1
    assert reason in capsys.readouterr().err


def test_the_statement_of_a_month_is_written_as_a_workbook(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "august.xlsx"
    settle(capsys, CLINIC, "--period", "2026-08", "--xlsx", file, "--lang", "en")
    assert openpyxl.load_workbook(file).sheetnames[0] == "Settlement statement"
    assert main(["settle", str(CLINIC), "--xlsx", str(file)]) == 1
    assert "--xlsx wants the --period" in capsys.readouterr().err
    lost = tmp_path / "no" / "where.xlsx"
    assert main(["settle", str(CLINIC), "--period", "2026-08", "--xlsx", str(lost)]) == 1
    assert "where.xlsx" in capsys.readouterr().err


def test_figures_beyond_all_digits_are_refused_and_not_rounded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = shipped_examples()["office_july.toml"]
    for was in ("1100", "8.15", "21600"):
        text = text.replace(was, "999999999999")
    file = tmp_path / "c.toml"
    file.write_text(text, "utf-8")
    assert main(["settle", str(file)]) == 1
    assert "figures too large to be settled to the cent" in capsys.readouterr().err


def test_a_month_with_a_missing_figure_is_told_and_cannot_be_signed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = shipped_examples()["office_july.toml"]
    without = text.replace('[[months.uses]]\nmeter = "main-w"\nquantities = { flat = 1010 }\n', "")
    assert without != text
    file = tmp_path / "c.toml"
    file.write_text(without, "utf-8")
    records = settle(capsys, file)
    assert records[0]["may_be_signed"] is False
    (bills,) = (r for r in records if r.get("symbol") == "U")
    assert bills["amount"] is None
    remarks = {r["code"]: r["blocks"] for r in records if r["record"] == "remark"}
    assert remarks["use"] is True
    fee = {r["symbol"]: Decimal(r["amount"]) for r in records if r.get("symbol") in {"F", "D"}}
    assert fee == {"F": Decimal("160770.98"), "D": Decimal("6430.84")}


def test_a_pdf_wants_a_month_and_a_machine_that_has_pango(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "july.pdf"
    assert main(["settle", str(OFFICE), "--pdf", str(file)]) == 1
    assert "--pdf wants the --period" in capsys.readouterr().err

    def lacking(_name: str) -> object:
        raise OSError("cannot load library 'libpango'")

    monkeypatch.setattr(statement_pdf, "import_module", lacking)
    assert main(["settle", str(OFFICE), "--period", "2026-07", "--pdf", str(file)]) == 1
    assert "it lacks Pango: install libpango-1.0-0" in capsys.readouterr().err
    assert not file.exists()
