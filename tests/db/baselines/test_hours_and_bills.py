"""Baselines by the hour and by the bill find a planted tenth, and say on whose word it rests."""

import itertools
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from analytics.baseline import bills, hours
from analytics.baseline.training import digest
from domain.calendar import days
from domain.entry_rule import next_month
from domain.local_day import day_start
from store.contracts.baseline_work import LONGEST
from store.money.bill import BillLineRow, add_bill
from store.places.registry import write as write_registry
from tests.baselined_building import (
    END,
    SAVED,
    TRAINED,
    announce,
    plant_days,
    plant_surroundings,
    temperature_c,
    used,
)
from tests.conftest import as_template, connected, new_database
from tests.db.baselines.conftest import work
from tests.db.baselines.test_baselines import WANTED, YEAR, get, post, wanted
from tests.db.conftest import V1, add_people
from tests.estate import SHANGHAI, estate
from tests.metered_building import meter_id, place_id

pytestmark = pytest.mark.db

METER = "school-meter-0"
SHAPE = [0.5] * 7 + [1.6] * 12 + [0.6] * 5
"""Of a day's mean, by hour."""
MONTHS = [date(year, month, 1) for year in (2024, 2025) for month in range(1, 13)]
GAS = WANTED | {"organisation": "school", "medium": "gas", "step": "monthly"}


@pytest.fixture(scope="module")
def planted(database_server: str, template: str) -> Iterator[str]:
    """Name of a database with two years of a meter's hours, and of an institution's gas bills."""
    with new_database(database_server, template) as url:
        with connected(url) as conn:
            write_registry(conn, estate())
            add_people(conn)
            plant_surroundings(conn, place_id(conn, "bureau"))
            plant_days(conn, meter_id(conn, METER), used())
            plant_hours(conn, meter_id(conn, METER), used())
            for month in MONTHS:
                enter(conn, month, gas_m3(month, next_month(month)))
        with as_template(database_server, url) as name:
            yield name


def plant_hours(conn: Connection, meter: int, use: dict[date, float]) -> None:
    """The hours of days whose sums these are."""
    scale = 24 / sum(SHAPE)
    conn.execute(
        "INSERT INTO consumption (meter_id, quantity, start_at, end_at, value, quantity_grade,"
        " shape_grade, method, flags, known_at) SELECT m.meter_id, m.quantity,"
        " d.start_at + h.n * interval '1 hour', d.start_at + (h.n + 1) * interval '1 hour',"
        " d.kwh / 24 * h.part, 'measured', 'measured', 'register', 0, now() FROM meter m,"
        " unnest(%s::timestamptz[], %s::float8[]) AS d (start_at, kwh),"
        " unnest(%s::float8[]) WITH ORDINALITY AS s (part, place),"
        " LATERAL (SELECT place - 1 AS n, part) h WHERE m.meter_id = %s",
        [
            [day_start(day, SHANGHAI) for day in use],
            [*use.values()],
            [part * scale for part in SHAPE],
            meter,
        ],
    )


def gas_m3(first: date, end: date) -> float:
    """Gas of some days by degree days below 15; from the measure on a tenth less. [m3]."""
    return sum(
        (20 + 3 * max(15 - float(temperature_c(day)), 0.0)) * (1 if day < TRAINED else 1 - SAVED)
        for day in days(first, end)
    )


def enter(conn: Connection, month: date, amount: float, version: int = 1) -> None:
    """An amount that one person hands in and another approves."""
    people = [
        conn.execute("SELECT person_id FROM person WHERE login = %s", [login]).fetchone()
        for login in ("school", "admin")
    ]
    one, other = (row[0] for row in people if row is not None)
    found = conn.execute(
        "WITH added AS (INSERT INTO manual_entry (organisation_id, kind, month) VALUES"
        " (%(place)s, 'natural_gas_m3', %(month)s) ON CONFLICT DO NOTHING RETURNING entry_id)"
        " SELECT entry_id FROM added UNION SELECT entry_id FROM manual_entry"
        " WHERE organisation_id = %(place)s AND month = %(month)s",
        {"place": place_id(conn, "school"), "month": month},
    ).fetchone()
    assert found is not None
    conn.execute(
        "INSERT INTO manual_entry_version (entry_id, version, amount, source, person_id)"
        " VALUES (%s, %s, %s, 'bill', %s)",
        [found[0], version, round(Decimal(amount), 6), one],
    )
    steps = (("draft", one), ("submitted", one), ("checked", other), ("approved", other))
    for n, (state, person) in enumerate(steps):
        conn.execute(
            "INSERT INTO manual_entry_step (entry_id, revision, version, state, person_id)"
            " VALUES (%s, %s, %s, %s, %s)",
            [found[0], version + n, version, state, person],
        )


def test_an_hourly_baseline_is_kept_and_finds_the_planted_tenth(
    conn: Connection, admin: TestClient
) -> None:
    baseline = wanted(admin, step="hourly")
    assert work(conn) == 1
    [version] = get(admin, f"/baselines/{baseline}/versions")["items"]
    assert version["model"] == "hourly time of week and temperature"
    assert version["days"] == 366 * 24
    text = admin.get(f"{V1}/baselines/{baseline}/versions/1/inputs").text
    assert digest(text) == version["sha256"]
    again = hours.read(text)
    [refit] = hours.fit([again])
    assert refit.parameters == version["parameters"]
    found = get(admin, "/savings", baseline=baseline, **YEAR)
    assert found["total"]["days"] == 365
    assert len(found["items"]) == 365
    whole = found["total"]["baseline"]
    assert found["total"]["saving"] == pytest.approx(SAVED * whole, rel=0.1)
    assert found["total"]["band"]["low"] < found["total"]["saving"]
    limits = get(admin, f"/baselines/{baseline}")
    assert (limits["cvrmse_limit"], limits["step"]) == (0.30, "hourly")


def test_of_an_hourly_baseline_alone_a_change_nobody_planned_is_proposed(
    conn: Connection, admin: TestClient
) -> None:
    step = date(2025, 7, 1)
    conn.execute(
        "UPDATE consumption SET value = 1.5 * value WHERE meter_id = %s AND start_at >= %s",
        [meter_id(conn, METER), day_start(step, SHANGHAI)],
    )
    baseline = wanted(admin, step="hourly")
    assert work(conn) == 1
    [event] = get(admin, f"/baselines/{baseline}/events")["items"]
    assert (event["person"], event["verdict"], event["end_day"]) == (None, None, None)
    assert abs(date.fromisoformat(event["first_day"]) - step) <= timedelta(days=14)
    assert event["evidence"]["ratio"] == pytest.approx(1.5, rel=0.05)
    grown = [0.5 * kwh for day, kwh in used().items() if day >= step]
    assert event["per_day"] == pytest.approx(sum(grown) / len(grown), rel=0.1)


def test_a_place_without_meters_has_a_saving_by_what_was_entered(
    conn: Connection, admin: TestClient
) -> None:
    baseline = wanted(admin, **GAS)
    assert work(conn) == 1
    [version] = get(admin, f"/baselines/{baseline}/versions")["items"]
    assert version["basis"]["amounts"] == ["entered"]
    assert version["parameters"]["change_c"] == [15.0, None]
    text = admin.get(f"{V1}/baselines/{baseline}/versions/1/inputs").text
    [refit] = bills.fit([bills.read(text)])
    assert bills.written(bills.read(text)) == text
    assert refit.parameters == version["parameters"]
    found = get(admin, "/savings", baseline=baseline, **YEAR)
    whole = gas_m3(TRAINED, END) / (1 - SAVED)
    assert found["total"]["baseline"] == pytest.approx(whole, rel=1e-3)
    assert found["total"]["saving"] == pytest.approx(SAVED * whole, rel=0.01)
    assert (found["unit"], found["total"]["days"]) == ("m3", 365)
    assert [row["days"] for row in found["items"]][:2] == [31, 28]
    band = found["total"]["band"]
    assert band["low"] < found["total"]["saving"] < band["high"]
    assert band["not_calibrated"] == "too_few_local_meter_years"


def test_a_month_nobody_entered_is_no_saving_and_an_event_adjusts_the_days_of_a_bill(
    conn: Connection, admin: TestClient
) -> None:
    baseline = wanted(admin, **GAS)
    assert work(conn) == 1
    whole = get(admin, "/savings", baseline=baseline, **YEAR)["total"]
    event = {"first_day": "2025-03-11", "end_day": "2025-04-11", "per_day": "10"}
    post(admin, f"/baselines/{baseline}/events", **event, reason="boiler of the neighbour")
    adjusted = get(admin, "/savings", baseline=baseline, **YEAR)["total"]
    assert adjusted["saving"] - whole["saving"] == pytest.approx(310)
    beyond = YEAR | {"end_day": "2026-02-01"}
    found = get(admin, "/savings", baseline=baseline, **beyond)
    assert found["items"][-1]["left_out"] == "no_use"
    assert (found["total"]["days"], found["total"]["left_out"]) == (365, 31)


def test_an_amount_approved_anew_proposes_a_version_and_replaces_none(
    conn: Connection, admin: TestClient
) -> None:
    baseline = wanted(admin, **GAS)
    assert work(conn) == 1
    enter(conn, MONTHS[0], 2 * gas_m3(MONTHS[0], MONTHS[1]), version=5)
    assert get(admin, f"/baselines/{baseline}")["waiting"]
    assert work(conn, later=LONGEST) == 1
    row = get(admin, f"/baselines/{baseline}")
    assert (row["counting"], row["newest"], row["stale"]) == (1, 2, True)
    [newest, _] = get(admin, f"/baselines/{baseline}/versions")["items"]
    assert newest["cause"] == "data"


def test_a_meter_is_told_by_its_bills_whatever_their_days(
    conn: Connection, admin: TestClient
) -> None:
    meter = meter_id(conn, "hospital-meter-0")
    edges = [date(2023, 12, 20) + timedelta(days=30 * n) for n in range(26)]
    for n, (first, end) in enumerate(itertools.pairwise(edges)):
        line = BillLineRow("energy", None, Decimal(repr(gas_m3(first, end))), None, Decimal(1))
        instants = day_start(first, SHANGHAI), day_start(end, SHANGHAI)
        add_bill(
            conn, meter, f"b{n}", days=(first, end), instants=instants, lines=[line], source="test"
        )
    of_meter = {"organisation": "hospital-building", "meter": meter, "step": "monthly"}
    baseline = wanted(admin, **of_meter)
    assert work(conn) == 1
    [version] = get(admin, f"/baselines/{baseline}/versions")["items"]
    assert version["basis"]["amounts"] == ["billed"]
    assert version["days"] == 11
    found = get(admin, "/savings", baseline=baseline, **YEAR)["total"]
    assert found["saving"] == pytest.approx(SAVED * found["baseline"], rel=0.05)


def test_too_few_bills_are_named_and_a_comparison_has_no_other_step(
    conn: Connection, admin: TestClient
) -> None:
    baseline = wanted(admin, **GAS | {"organisation": "hospital"})
    assert work(conn) == 1
    [version] = get(admin, f"/baselines/{baseline}/versions")["items"]
    assert (version["model"], version["refusals"]) == (None, ["no_use"])
    short = admin.post(f"{V1}/baselines", json=GAS | {"end_day": "2024-09-01"})
    assert short.json()["code"] == "training_length"
    sample = {"before": [1.0], "after": [1.0], "stipulated_h": 1, "stipulated_why": "x"}
    later = {"reporting_end": str(END), "terms": sample, "method": "key_parameter"}
    answer = admin.post(f"{V1}/baselines", json=WANTED | later | {"step": "hourly"})
    assert (answer.status_code, answer.json()["code"]) == (422, "comparison_of_days")


def test_savings_of_a_place_are_added_up_once_with_errors_that_go_together(
    conn: Connection, admin: TestClient
) -> None:
    plant_days(conn, meter_id(conn, "hospital-meter-0"), used())
    for place in ("school-building", "hospital-building", "hospital"):
        wanted(admin, organisation=place)
    wanted(admin, organisation="school-building", meter=meter_id(conn, METER))
    assert work(conn) == 4
    found = get(admin, "/savings/portfolio", organisation="bureau", **YEAR)
    assert {part["place_code"] for part in found["items"]} == {"school-building", "hospital"}
    one, other = found["items"]
    assert found["saving"] == pytest.approx(one["saving"] + other["saving"])
    assert (found["correlation"], found["correlation_of"]) == (0.1, "shipped")
    for side in ("low", "high"):
        parts = [abs(part[side] - part["saving"]) for part in found["items"]]
        whole = abs(found[side] - found["saving"])
        assert whole == pytest.approx(
            (0.9 * sum(x**2 for x in parts) + 0.1 * sum(parts) ** 2) ** 0.5
        )
    nothing = get(admin, "/savings/portfolio", organisation="bureau", medium="heat", **YEAR)
    assert (nothing["items"], nothing["saving"], nothing["low"]) == ([], None, None)


def test_how_likely_more_than_a_guarantee_was_saved_falls_with_it(
    conn: Connection, admin: TestClient
) -> None:
    baseline = wanted(admin)
    assert work(conn) == 1
    total = get(admin, "/savings", baseline=baseline, **YEAR)["total"]
    assert (total["guarantee"], total["p_guarantee"]) == (None, None)
    shares = [
        get(admin, "/savings", baseline=baseline, guarantee=str(part * total["saving"]), **YEAR)[
            "total"
        ]["p_guarantee"]
        for part in (0.1, 1.0, 2.0)
    ]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > shares[2]
    assert shares[0] <= total["p_saving"]


def test_a_late_reading_after_the_measure_makes_another_version_of_a_comparison(
    conn: Connection, admin: TestClient
) -> None:
    like = meter_id(conn, "hospital-meter-0")
    plant_days(conn, like, used())
    later = {"reporting_end": str(END), "terms": {"meter": like}, "method": "side_by_side"}
    baseline = wanted(admin, **later)
    assert work(conn) == 1
    for meter in (meter_id(conn, METER), like):
        plant_days(conn, meter, {date(2025, 5, 5): 7777.0 + meter})
        announce(conn, meter, date(2025, 5, 5), date(2025, 5, 6))
        assert get(admin, f"/baselines/{baseline}")["waiting"]
        assert work(conn, later=LONGEST) == 1
    row = get(admin, f"/baselines/{baseline}")
    assert (row["counting"], row["newest"], row["stale"]) == (1, 3, True)


def test_a_saving_under_a_typical_year_is_the_planted_tenth_of_it(
    conn: Connection, admin: TestClient
) -> None:
    baseline = wanted(admin)
    assert work(conn) == 1
    found = get(admin, "/savings/normalised", baseline=baseline, **YEAR)
    assert (found["refusals"], found["candidates"]) == ([], 2)
    assert set(found["years"]) <= {2024, 2025}
    assert found["saving"] == pytest.approx(SAVED * found["baseline"], rel=0.02)
    [then] = conn.execute("SELECT clock_timestamp()")
    conn.execute(
        "WITH old AS (UPDATE weather_hour SET superseded_at = clock_timestamp() "
        "WHERE hour >= '2025-05-01' RETURNING *) INSERT INTO weather_hour "
        "(organisation_id, kind, hour, temperature_c, source, taken_at) "
        "SELECT organisation_id, kind, hour, temperature_c + 3, source, clock_timestamp() FROM old"
    )
    warmer = get(admin, "/savings/normalised", baseline=baseline, **YEAR)
    assert warmer["baseline"] != pytest.approx(found["baseline"], rel=1e-4)
    known_then = get(
        admin, "/savings/normalised", baseline=baseline, as_of=then[0].isoformat(), **YEAR
    )
    assert (known_then["baseline"], known_then["saving"]) == (found["baseline"], found["saving"])
    conn.execute("UPDATE calendar_year SET kept_from = now() WHERE year = 2025")
    params = {"baseline": baseline, "as_of": then[0].isoformat(), **YEAR}
    refused = admin.get(f"{V1}/savings/normalised", params=params)
    assert (refused.status_code, refused.json()["code"]) == (409, "calendar_not_kept")
    found = warmer
    half = get(admin, "/savings/normalised", baseline=baseline, **YEAR | {"end_day": "2025-07-01"})
    assert (half["saving"], "short_baseline" in half["refusals"]) == (None, True)
    event = {"first_day": "2025-01-01", "per_day": "50", "reason": "works of the neighbour"}
    post(admin, f"/baselines/{baseline}/events", **event)
    adjusted = get(admin, "/savings/normalised", baseline=baseline, **YEAR)
    assert adjusted["saving"] - found["saving"] == pytest.approx(50 * 365, rel=1e-3)
    monthly = wanted(admin, **GAS)
    assert work(conn) == 1
    answer = admin.get(f"{V1}/savings/normalised", params={"baseline": monthly, **YEAR})
    assert (answer.status_code, answer.json()["code"]) == (409, "normalised_by_days")
