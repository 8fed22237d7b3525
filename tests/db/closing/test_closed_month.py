"""A month closes to the cent and the Wh, with every basis of its figures, and joins the chain."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from api.app import create_app
from api.settings import ApiSettings
from domain.canonical import digest
from domain.register_event import RegisterEvent
from store.meters.register_event import declare
from tests.closable_school import (
    COAL,
    GRID,
    HOUR,
    JUNE_CNY,
    JUNE_KWH,
    JUNE_M3,
    START,
    UNMETERED_KWH,
    compute,
    put_on_tariff,
    school_id,
)
from tests.db.closing.desk import (
    LEDGER,
    OF_JUNE,
    close,
    closed,
    preview,
)
from tests.db.conftest import V1, SignIn
from tests.estate import NOW
from tests.password import PASSWORD

pytestmark = pytest.mark.db


def test_a_month_closes_to_the_cent_and_the_watt_hour_with_every_basis(
    conn: Connection, sign_in: SignIn
) -> None:
    whole = closed(sign_in("head"), conn)
    document = whole["document"]
    totals = {name: Decimal(each["amount"]) for name, each in document["totals"].items()}
    assert totals == {
        "electricity": JUNE_KWH,
        "water": JUNE_M3,
        "cost": JUNE_CNY,
        "coal_equivalent": JUNE_KWH * COAL,
        "co2": JUNE_KWH * GRID,
    }
    electricity, water = document["media"]
    [main] = electricity["meters"]
    assert (main["code"], main["role"], main["kind"]) == (
        "main", "gateway", "active_energy_import_kwh",
    )  # fmt: skip
    assert Decimal(main["opening"]["value"]) == Decimal(1000) + Decimal("40.123") * OF_JUNE
    assert Decimal(main["closing"]["value"]) - Decimal(main["opening"]["value"]) == JUNE_KWH
    assert main["opening"]["at"] == "2026-05-31T16:00:00+00:00"
    [grade] = main["grades"]
    assert (grade["quantity_grade"], grade["shape_grade"], grade["share"]) == (
        "measured", "measured", "1",
    )  # fmt: skip
    items = {each["item"]: each["use"]["amount"] for each in electricity["sub_items"]}
    assert items == {"lighting_sockets": "11520", "hvac": "16920"}
    assert Decimal(electricity["unmetered"]["left"]["amount"]) == UNMETERED_KWH
    assert electricity["unmetered"]["share"] == "0.015527"
    assert water["unmetered"] is None
    cost = {each["meter"]: each for each in document["costs"]}
    assert cost["main"]["total"] == {"amount": "18901.78", "unit": "CNY"}
    assert cost["water"]["total"]["amount"] == "2934.00"
    [tariff] = cost["main"]["tariffs"]
    assert (tariff["tariff"], tariff["document"]) == ("main-tariff", "notice 7")
    assert document["energy"]["factor_set"]["version"] == 2
    assert document["energy"]["area_m2"] == {"value": "5000", "covered_days": 30, "days": 30}
    assert document["calendar"]["workdays"] == 22
    assert (document["models"], document["edits"], document["overridden"]) == ([], [], [])
    assert [(each["kind"], each["meter"]) for each in document["remarks"]] == [
        ("no_certificate", "main"),
        ("no_certificate", "water"),
    ]
    assert document["signed"][0]["person"] == "校长"
    assert document["code_version"]
    assert whole["entry"]["sha256"] == digest(whole["text"])
    assert (whole["standing"], whole["changes"]) == (True, [])


def test_a_month_names_the_baselines_that_report_in_it_and_their_versions(
    conn: Connection, sign_in: SignIn
) -> None:
    sha256 = digest("days")
    conn.execute(
        """
        WITH place AS (SELECT organisation_id FROM organisation WHERE code = 'school-building'),
        head AS (SELECT person_id FROM person WHERE login = 'head'),
        wanted AS (
            INSERT INTO baseline (organisation_id, medium, train, reporting_from, cvrmse_limit,
                                  nmbe_limit, limit_source, first_at, end_at, person_id)
            SELECT organisation_id, 'electricity', '[2025-05-01,2026-05-01)', since, 0.3, 0.1, 'us',
                   '2025-04-30T16:00Z', '2026-04-30T16:00Z', person_id
              FROM place, head, unnest(ARRAY['2026-06-30', '2026-07-01']::date[]) since
            RETURNING baseline_id)
        INSERT INTO baseline_version (baseline_id, number, cause, model, parameters, days, refusals,
                                      basis, inputs, sha256)
        SELECT baseline_id, n, 'created', '3P', '{}', 365, '{}', '{}', 'days', %s
          FROM wanted, generate_series(1, 2) n ORDER BY 1, 2""",
        [sha256],
    )
    [model] = preview(sign_in("head"), conn)["document"]["models"]
    assert (model["place"], model["medium"], model["model"]) == (
        "school-building", "electricity", "3P",
    )  # fmt: skip
    assert (model["version"], model["data_sha256"]) == (1, sha256)


def test_a_preview_writes_nothing(conn: Connection, sign_in: SignIn) -> None:
    found = preview(sign_in("teacher"), conn)
    assert (found["obstacles"], found["may_close"]) == ([], False)
    assert found["document"]["totals"]["cost"]["amount"] == str(JUNE_CNY)
    assert conn.execute("SELECT count(*) FROM ledger_entry").fetchone() == (0,)


def test_months_are_chained_and_the_chain_holds(conn: Connection, sign_in: SignIn) -> None:
    client = sign_in("head")
    may, june = closed(client, conn, "2026-05"), closed(client, conn)
    assert may["entry"]["previous_sha256"] == "0" * 64
    assert june["entry"]["previous_sha256"] == may["entry"]["sha256"]
    chain = client.get(f"{LEDGER}/chain", params={"organisation": school_id(conn)}).json()
    assert (chain["holds"], chain["entries"], chain["from_sequence"]) == (True, 2, 1)
    assert chain["head"] == june["entry"]["sha256"]


# FastAPI hides this warning while it builds, in a way that is not for two threads.
@pytest.mark.filterwarnings("ignore:The 'alias' attribute")
def test_of_two_who_close_the_same_month_at_once_one_wins(conn: Connection, database: str) -> None:
    apps = [create_app(ApiSettings(database_url=database)) for _ in range(2)]
    with ExitStack() as stack:
        clients = [stack.enter_context(TestClient(app)) for app in apps]
        for client, login in zip(clients, ("head", "bursar"), strict=True):
            answer = client.post(f"{V1}/session", json={"login": login, "password": PASSWORD})
            client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        with ThreadPoolExecutor(2) as pool:
            answers = pool.map(lambda client: close(client, conn).status_code, clients)
            assert sorted(answers) == [201, 409]
    assert conn.execute("SELECT count(*) FROM ledger_entry").fetchone() == (1,)


def test_an_unmetered_share_above_its_limit_warns_and_does_not_refuse(
    conn: Connection, sign_in: SignIn, client: TestClient
) -> None:
    assert preview(sign_in("head"), conn)["document"]["warnings"] == []
    client.app.state.settings = ApiSettings(  # type: ignore[attr-defined]  # the application
        database_url="postgresql://unused", unmetered_limit=Decimal("0.01")
    )
    found = preview(client, conn)
    assert found["obstacles"] == []
    assert found["document"]["warnings"] == [
        {"kind": "unmetered", "medium": "electricity", "share": "0.015527", "limit": "0.01"}
    ]


def test_a_meter_that_hung_uppermost_for_part_of_the_month_counts_for_that_part(
    conn: Connection, sign_in: SignIn
) -> None:
    moved = START + (OF_JUNE + 10 * 24) * HOUR
    conn.execute(
        "UPDATE meter_position SET during = tstzrange(NULL, %s) WHERE meter_id = "
        "(SELECT meter_id FROM meter WHERE code = 'hvac')",
        [moved],
    )
    conn.execute(
        "INSERT INTO meter_position SELECT meter_id, place_id, NULL, 'main', tstzrange(%s, NULL) "
        "FROM meter_position WHERE meter_id = (SELECT meter_id FROM meter WHERE code = 'hvac')",
        [moved],
    )
    put_on_tariff(conn, "hvac", Decimal("0.5"))
    document = closed(sign_in("head"), conn)["document"]
    use = {
        (meter["code"], Decimal(meter["use"]["amount"])) for meter in document["media"][0]["meters"]
    }
    assert use == {("main", JUNE_KWH), ("hvac", Decimal("23.5") * 480)}
    hvac = next(each for each in document["costs"] if each["meter"] == "hvac")
    assert (hvac["first_day"], hvac["total"]["amount"]) == ("2026-06-11", "5640.00")


def test_an_error_found_of_a_meter_stands_in_the_document_with_its_days(
    conn: Connection, sign_in: SignIn
) -> None:
    """On two days of June the meter showed 80 %: 481.476 kWh more were used."""
    begin = START + (OF_JUNE + 9 * 24) * HOUR
    conn.execute(
        "SELECT set_config('civicwatt.person', person_id::text, false) FROM person"
        " WHERE login = 'head'"
    )
    meter = conn.execute("SELECT meter_id FROM meter WHERE code = 'main'").fetchone()
    assert meter is not None
    declare(conn, meter[0], RegisterEvent(begin, "error", -20.0, None, "No. 7", begin + 48 * HOUR))
    compute(conn, NOW + HOUR)
    document = closed(sign_in("head"), conn)["document"]
    total = Decimal(document["totals"]["electricity"]["amount"])
    assert total == pytest.approx(JUNE_KWH + Decimal("481.476"), abs=Decimal("0.000001"))
    [event] = document["register_events"]
    assert (event["meter"], event["kind"], event["value"], event["note"]) == (
        "main", "error", "-20.0", "No. 7",
    )  # fmt: skip
    assert (event["at"], event["until"]) == (
        "2026-06-09T16:00:00+00:00",
        "2026-06-11T16:00:00+00:00",
    )
    grades = {each["quantity_grade"] for each in document["media"][0]["meters"][0]["grades"]}
    assert grades == {"measured", "contract_substituted"}
