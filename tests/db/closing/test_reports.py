"""The monthly report of an institution: its ledger month, kept as versions, as PDF and XLSX."""

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from psycopg import Connection
from pypdf import PdfReader

from domain.canonical import canonical, digest
from tests.closable_school import JUNE_CNY, JUNE_KWH, JUNE_M3, START, UNMETERED_KWH, school_id
from tests.db.closing.desk import closed
from tests.db.conftest import V1, SignIn

pytestmark = pytest.mark.db

REPORTS = f"{V1}/reports"


def made(client: TestClient, conn: Connection, month: str = "2026-06") -> Any:
    answer = client.post(REPORTS, json={"organisation_id": school_id(conn), "month": month})
    assert answer.status_code == 201, answer.text
    return answer.json()


def whole(client: TestClient, report: Any) -> Any:
    return client.get(f"{REPORTS}/{report['id']}").json()


def book(client: TestClient, report: Any, lang: str = "en") -> Any:
    answer = client.get(f"{REPORTS}/{report['id']}/xlsx", params={"lang": lang})
    assert answer.status_code == 200, answer.text
    return load_workbook(io.BytesIO(answer.content))


def test_a_report_of_a_closed_month_has_the_figures_of_its_entry(
    conn: Connection, sign_in: SignIn
) -> None:
    client = sign_in("head")
    entry = closed(client, conn)["entry"]
    report = whole(client, made(client, conn))
    document = report["document"]
    totals = {what: Decimal(figure["amount"]) for what, figure in document["totals"].items()}
    assert totals["electricity"] == JUNE_KWH
    assert totals["water"] == JUNE_M3
    assert totals["cost"] == JUNE_CNY
    assert document["standing"] == {
        "state": "closed", "sequence": entry["sequence"], "sha256": entry["sha256"],
    }  # fmt: skip
    assert document["compared"] is None
    assert report["sha256"] == digest(canonical(document))


def test_a_report_is_a_new_version_only_where_something_has_changed(
    conn: Connection, sign_in: SignIn
) -> None:
    client = sign_in("head")
    first = made(client, conn)
    assert whole(client, first)["document"]["standing"]["state"] == "provisional"
    assert made(client, conn) == first
    closed(client, conn)
    second = made(client, conn)
    assert (first["version"], second["version"]) == (1, 2)
    assert whole(client, first)["document"]["standing"]["state"] == "provisional"
    listed = client.get(REPORTS, params={"organisation": school_id(conn)}).json()["items"]
    assert [each["version"] for each in listed] == [2, 1]


def test_a_report_counts_the_alerts_of_its_month(conn: Connection, sign_in: SignIn) -> None:
    june = START + timedelta(days=31)
    found = (
        ("urgent", june - timedelta(days=2), june + timedelta(days=1)),
        ("high", june + timedelta(days=1), None),
        ("high", june + timedelta(days=2), june + timedelta(days=3)),
        ("low", june + timedelta(days=31), None),
        ("low", june - timedelta(days=5), june - timedelta(days=4)),
    )
    for number, (priority, opened, resolved) in enumerate(found):
        conn.execute(
            "INSERT INTO alert (rule, organisation_id, priority, state, began_at, opened_at,"
            " resolved_at) SELECT %s, organisation_id, %s, %s, %s, %s, %s"
            " FROM organisation WHERE code = 'school-building'",
            [
                f"rule {number}",
                priority,
                "resolved" if resolved else "open",
                opened,
                opened,
                resolved,
            ],
        )
    client = sign_in("head")
    assert whole(client, made(client, conn))["document"]["alerts"] == [
        {"priority": "high", "opened": 2, "resolved": 1, "standing": 1},
        {"priority": "urgent", "opened": 0, "resolved": 1, "standing": 0},
    ]


def test_the_workbook_says_each_figure_and_sums_the_costs_by_formula(
    conn: Connection, sign_in: SignIn
) -> None:
    client = sign_in("head")
    closed(client, conn)
    found = book(client, made(client, conn))
    totals = {row[0]: row[1] for row in found["Totals"].iter_rows(values_only=True)}
    assert totals["Electricity"] == pytest.approx(float(JUNE_KWH))
    assert totals["Cost"] == pytest.approx(float(JUNE_CNY))
    rest = [row for row in found["Sub-items"].iter_rows(values_only=True) if row[1] == "Unmetered"]
    assert rest[0][3] == pytest.approx(float(UNMETERED_KWH))
    codes = {row[2]: row[3] for row in found["Sub-items"].iter_rows(values_only=True)}
    assert codes["A (unchecked)"] == pytest.approx(11520)  # lighting and sockets
    assert codes["B (unchecked)"] == pytest.approx(16920)  # air conditioning
    assert [cell.value for cell in found["Costs"]["G"]][-1] == "=SUM(G2:G3)"
    assert "28,888.6 kWh" in found.worksheets[0]["A5"].value


def test_the_paper_is_tagged_and_in_both_languages(conn: Connection, sign_in: SignIn) -> None:
    client = sign_in("head")
    report = made(client, conn)
    for lang in ("zh-CN", "en"):
        answer = client.get(f"{REPORTS}/{report['id']}/pdf", params={"lang": lang})
        assert answer.headers["content-type"] == "application/pdf"
        reader = PdfReader(io.BytesIO(answer.content))
        assert "/StructTreeRoot" in reader.root_object
        assert report["sha256"] in reader.pages[0].extract_text().replace("\n", "")
    sheets = book(client, report, "zh-CN").sheetnames
    assert sheets == ["机构月报", "总量", "分项", "费用", "指标", "边界表计", "告警", "未了事项"]


def test_an_operator_of_the_school_reads_its_reports_and_another_institution_none(
    conn: Connection, sign_in: SignIn
) -> None:
    report = made(sign_in("head"), conn)
    assert whole(sign_in("teacher"), report)["version"] == 1
    stranger = sign_in("doctor")
    assert stranger.get(REPORTS).json()["items"] == []
    for path in ("", "/pdf", "/xlsx"):
        assert stranger.get(f"{REPORTS}/{report['id']}{path}").status_code == 404
    asked = {"organisation_id": school_id(conn), "month": "2026-06"}
    assert stranger.post(REPORTS, json=asked).status_code == 404


def test_who_sees_only_a_part_of_the_time_makes_no_report(
    conn: Connection, sign_in: SignIn
) -> None:
    conn.execute(
        "UPDATE scope SET during = '[2026-06-10Z,)' WHERE person_id ="
        " (SELECT person_id FROM person WHERE login = 'teacher')"
    )
    asked = {"organisation_id": school_id(conn), "month": "2026-06"}
    answer = sign_in("teacher").post(REPORTS, json=asked)
    assert (answer.status_code, answer.json()["code"]) == (403, "report_not_yours")
