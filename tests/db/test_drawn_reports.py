"""Reports of water: drawn from what is known, kept as versions, on paper and as a workbook."""

import io
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from psycopg import Connection
from pypdf import PdfReader

from api.paper.words import word_list
from domain.canonical import canonical, digest
from tests.closable_school import add_checked_factors, school_id
from tests.conftest import connected, new_database
from tests.db.conftest import V1, SignIn
from tests.leaking_school import (
    DRIP,
    FIRST,
    LEAK,
    LEAKING,
    MAIN_M3,
    NIGHTS,
    flow,
    planted_template,
)

pytestmark = pytest.mark.db

REPORTS = f"{V1}/reports"


@pytest.fixture(scope="module")
def leaking(database_server: str, template: str) -> Iterator[str]:
    """The school, planted once."""
    with planted_template(database_server, template) as name:
        yield name


@pytest.fixture
def database(database_server: str, leaking: str) -> Iterator[str]:
    with new_database(database_server, leaking) as url:
        yield url


@pytest.fixture
def conn(database: str) -> Iterator[Connection]:
    with connected(database) as conn:
        add_checked_factors(conn)
        yield conn


def make(client: TestClient, conn: Connection, kind: str, **when: object) -> Any:
    asked = {"organisation_id": school_id(conn), "kind": kind, **when}
    return client.post(REPORTS, json=asked)


def document(client: TestClient, made: Any) -> Any:
    assert made.status_code == 201, made.text
    return client.get(f"{REPORTS}/{made.json()['id']}").json()["document"]


def table(document: Any, key: str) -> list[dict[str, Any]]:
    """Rows of a table as they would be read: amounts as numbers, names in English."""
    (found,) = (each for each in document["tables"] if each["key"] == key)
    return [
        {head: _read(cell) for head, cell in zip(found["heads"], row, strict=True)}
        for row in found["rows"]
    ]


def _read(cell: Any) -> Any:
    if not isinstance(cell, Mapping):
        return cell
    if "amount" in cell:
        return Decimal(cell["amount"])
    return cell.get("say") or cell["en"]


def keys_of(told: Any) -> Iterator[str]:
    """Keys of all words that a document asks for."""
    if isinstance(told, list):
        for each in told:
            yield from keys_of(each)
    elif isinstance(told, Mapping):
        if isinstance(told.get("say"), str):
            yield told["say"]
        for name, each in told.items():
            if name in {"key", "nothing"} and each:
                yield each
            elif name in {"heads", "sums"}:
                yield from each
            else:
                yield from keys_of(each)


def test_the_water_of_a_month_is_told_with_its_leak_and_its_unmetered_share(
    conn: Connection, sign_in: SignIn
) -> None:
    client = sign_in("head")
    found = document(client, make(client, conn, "water", month="2026-06"))
    june = sum((Decimal(str(flow("w-main", FIRST, hour))) for hour in range(24)), Decimal(0)) * (
        NIGHTS - LEAKING
    )
    school, building = table(found, "water_places")
    assert school["use_m3"] == building["use_m3"] == june
    assert building["unmetered_m3"] == (19 * Decimal("0.5") + 5 * Decimal(str(DRIP))) * 30
    assert building["usual"] == Decimal(str(DRIP))
    assert table(found, "leaks") == []
    assert found["standing"] == [{"say": "period_over"}]
    july = document(client, make(client, conn, "water", month="2026-07"))
    leaks = table(july, "leaks")
    assert {row["meter"] for row in leaks} == {"w-main", "w-toilets"}
    for row in leaks:
        assert float(row["actual"] - row["expected"]) == pytest.approx(LEAK, rel=0.01)
        assert row["since"] == "2026-07-01 02:00"
    assert {"say": "water_not_whole", "with": {"share": {"amount": "32.258065"}}} in july[
        "standing"
    ]


def test_a_year_tells_the_water_per_head_and_says_why_where_it_cannot(
    conn: Connection, sign_in: SignIn
) -> None:
    client = sign_in("head")
    (row,) = table(document(client, make(client, conn, "water", year=2026)), "water_per_head")
    assert (row["persons"], row["per_head"], row["quota"]) == (None, None, "no_quota")
    conn.execute(
        "INSERT INTO headcount (organisation_id, persons, during) VALUES (%s, 100, '(,)')",
        [school_id(conn)],
    )
    made = make(client, conn, "water", year=2026)
    assert made.json()["version"] == 2
    (row,) = table(document(client, made), "water_per_head")
    assert row["per_head"] == pytest.approx(row["use_m3"] / 100)
    assert row["judged"] == "not_judged"


def test_the_same_figures_make_no_new_version_and_the_digest_is_that_of_the_document(
    conn: Connection, sign_in: SignIn
) -> None:
    client = sign_in("head")
    first, again = (make(client, conn, "water", month="2026-06").json() for _ in range(2))
    assert first == again
    whole = client.get(f"{REPORTS}/{first['id']}").json()
    assert whole["sha256"] == digest(canonical(whole["document"]))


def test_every_word_of_the_report_is_known_in_both_languages(
    conn: Connection, sign_in: SignIn
) -> None:
    client = sign_in("head")
    words = word_list("report")
    for when in ({"month": "2026-07"}, {"year": 2026}):
        found = document(client, make(client, conn, "water", **when))
        asked = {*keys_of(found), "kind_water"}
        assert asked <= words.keys(), asked - words.keys()


def test_paper_and_workbook_say_the_same_and_show_how_a_figure_follows(
    conn: Connection, sign_in: SignIn
) -> None:
    conn.execute("UPDATE organisation SET name_en = '=1+1' WHERE code = 'school'")
    conn.execute(
        "INSERT INTO headcount (organisation_id, persons, during) VALUES (%s, 100, '(,)')",
        [school_id(conn)],
    )
    client = sign_in("head")
    made = make(client, conn, "water", year=2026).json()
    for lang in ("zh-CN", "en"):
        answer = client.get(f"{REPORTS}/{made['id']}/pdf", params={"lang": lang})
        reader = PdfReader(io.BytesIO(answer.content))
        assert "/StructTreeRoot" in reader.root_object
        assert made["sha256"] in reader.pages[0].extract_text().replace("\n", "")
    answer = client.get(f"{REPORTS}/{made['id']}/xlsx", params={"lang": "en"})
    assert "school-water-2026-1.xlsx" in answer.headers["content-disposition"]
    book = load_workbook(io.BytesIO(answer.content))
    assert book["Water per head"]["C2"].value == "=A2 / B2"
    place = book["Water of places"]["A2"]
    assert (place.value, place.data_type) == ("=1+1", "s")
    assert book["Suspected leaks"].max_row == 3


@pytest.mark.parametrize(
    ("kind", "when", "status", "code"),
    [
        ("water", {"month": "2026-06", "year": 2026}, 422, ""),
        ("water", {}, 422, ""),
        ("institution_month", {"year": 2026}, 409, "report_of_other_period"),
        ("water", {"year": 2199}, 409, "period_not_begun"),
    ],
)
def test_what_cannot_be_a_report_is_refused_with_the_reason(
    conn: Connection, sign_in: SignIn, kind: str, when: dict[str, object], status: int, code: str
) -> None:
    answer = make(sign_in("head"), conn, kind, **when)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_without_a_water_meter_there_is_no_water_report(sign_in: SignIn) -> None:
    client = sign_in("doctor")
    hospital = next(
        each["id"]
        for each in client.get(f"{V1}/organisations").json()["items"]
        if each["code"] == "hospital"
    )
    asked = {"organisation_id": hospital, "kind": "water", "month": "2026-06"}
    answer = client.post(REPORTS, json=asked)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_water_meter")


def test_paragraphs_of_a_year_tell_the_water_and_say_what_cannot_be_told(
    conn: Connection, sign_in: SignIn
) -> None:
    client = sign_in("head")
    made = make(client, conn, "annual_text", year=2026)
    found = document(client, made)
    said = {each["say"] for each in found["paragraphs"]}
    assert {
        "annual_coal_untold",
        "annual_co2_untold",
        "annual_no_head",
        "annual_no_vehicle",
    } <= said
    (water,) = (each for each in found["paragraphs"] if each["say"] == "annual_water")
    assert Decimal(water["with"]["amount"]["amount"]) == pytest.approx(Decimal(str(MAIN_M3)))
    assert water["with"]["change"] == ""
    assert {"say": "year_not_whole"} in found["standing"]
    answer = client.get(f"{REPORTS}/{made.json()['id']}/pdf", params={"lang": "zh-CN"})
    assert "立方米" in "".join(
        page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages
    )


def test_a_pack_names_each_document_and_each_month_that_is_open(
    conn: Connection, sign_in: SignIn
) -> None:
    client = sign_in("head")
    water = make(client, conn, "water", month="2026-06").json()
    found = document(client, make(client, conn, "evidence_pack", year=2026))
    (kept,) = table(found, "pack_reports")
    assert (kept["report"], kept["period"], kept["sha256"]) == (
        "kind_water", "2026-06", water["sha256"],
    )  # fmt: skip
    assert {row["state"] for row in table(found, "pack_months")} == {"ledger_open"}
    opened = {row["why"] for row in table(found, "open_points")}
    assert {"month_open", "indicator_untold"} <= opened
    assert not [why for why in opened if " " in why], "reasons in one language alone"


@pytest.mark.parametrize("kind", ["annual_text", "evidence_pack", "fleet", "savings"])
def test_every_kind_is_refused_with_its_reason_or_worded_in_both_languages(
    conn: Connection, sign_in: SignIn, kind: str
) -> None:
    client = sign_in("head")
    made = make(client, conn, kind, year=2026)
    refusals = {"fleet": "no_vehicle_in_period", "savings": "no_saving_in_period"}
    if kind in refusals:
        assert (made.status_code, made.json()["code"]) == (409, refusals[kind])
        return
    asked = {*keys_of(document(client, made)), f"kind_{kind}"}
    reasons = {f"reason.{code}" for code in word_list("reason")}
    words = word_list("report").keys() | reasons
    assert asked <= words, asked - words
