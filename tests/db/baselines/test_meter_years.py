"""A portfolio's own unchanged years make its bands, and say how often these held."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import exp, sinh
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from analytics.jobs.meter_years import update_meter_years
from analytics.place.local_calibration import local_calibration
from analytics.savings import shipped
from analytics.savings.own_record import OwnRecord
from store.become import Role, become
from store.meters.meter_year import CHECKED_EVERY
from store.places.registry import write as write_registry
from tests.baselined_building import END, FIRST, TRAINED
from tests.conftest import as_template, connected, new_database
from tests.db.baselines.conftest import work
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import estate
from tests.metered_building import PLACE, meter_id, place_id
from tests.strayed_portfolio import METERS_A_PLACE, ninetieth, plant_portfolio, strays

pytestmark = pytest.mark.db

NOW = datetime(2026, 1, 10, tzinfo=UTC)
BOTH = 2 * METERS_A_PLACE
UNHURRIED_S = 3600.0


@pytest.fixture(scope="module")
def planted(database_server: str, template: str) -> Iterator[str]:
    """Name of a database with three years of thirty meters; people."""
    with new_database(database_server, template) as url:
        with connected(url) as conn:
            write_registry(conn, estate(meters=METERS_A_PLACE))
            add_people(conn)
            plant_portfolio(conn, place_id(conn, "bureau"))
        with as_template(database_server, url) as name:
            yield name


@pytest.fixture
def baseline(conn: Connection, admin: TestClient) -> int:
    """Id of a baseline of the school's building, whose measure was built as 2025 began."""
    told = {"first_day": str(FIRST), "end_day": str(TRAINED), "reporting_from": str(TRAINED)}
    answer = admin.post(
        f"{V1}/baselines", json={"organisation": PLACE, "medium": "electricity"} | told
    )
    assert answer.status_code == 201, answer.text
    assert work(conn) == 1
    return int(answer.json()["id"])


def look(conn: Connection, *, now: datetime = NOW) -> int:
    """Do what a worker does."""
    with connected(conn.info.dsn, Role.WORK) as worker:
        return update_meter_years(worker, now=now, budget_s=UNHURRIED_S)


def band(client: TestClient, baseline: int, **also: str) -> dict[str, Any]:
    params = {"baseline": str(baseline), "first_day": str(TRAINED), "end_day": str(END)} | also
    answer = client.get(f"{V1}/savings", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["total"]["band"])


def test_each_meter_and_year_tells_how_far_it_strayed(conn: Connection) -> None:
    assert look(conn) == 2 * BOTH
    found = conn.execute(
        "SELECT m.code, year, deviation FROM meter_year JOIN meter m USING (meter_id)"
    )
    told = {(code, year): deviation for code, year, deviation in found}
    assert told == {key: pytest.approx(exp(stray) - 1, abs=0.01) for key, stray in strays().items()}


def test_looking_again_changes_nothing_until_a_late_reading_does(conn: Connection) -> None:
    look(conn)
    assert look(conn) == 0
    assert look(conn, now=NOW + CHECKED_EVERY + timedelta(days=1)) == 0
    late = (
        "UPDATE consumption_day SET value = 2 * value WHERE meter_id = %s AND day >= '2025-10-01'"
    )
    conn.execute(late, [meter_id(conn, "school-meter-0")])
    assert look(conn, now=NOW + 2 * (CHECKED_EVERY + timedelta(days=1))) == 1
    gone = "DELETE FROM consumption_day WHERE meter_id = %s AND day >= '2025-06-01'"
    conn.execute(gone, [meter_id(conn, "school-meter-0")])
    assert look(conn, now=NOW + 3 * (CHECKED_EVERY + timedelta(days=1))) == 1
    newest = conn.execute(
        "SELECT deviation, refusals FROM meter_year ORDER BY meter_year_id DESC LIMIT 1"
    ).fetchone()
    assert newest == (None, ["short_baseline", "gaps_in_training"])


def test_without_years_of_its_own_a_place_is_lent_the_shipped_band(
    admin: TestClient, baseline: int
) -> None:
    found = band(admin, baseline)
    assert (found["basis"], found["not_calibrated"]) == ("shipped", "too_few_local_meter_years")
    assert found["local"] == {"known": 0, "tested": 0, "coverage": None}


def test_too_few_years_test_the_shipped_band_and_do_not_replace_it(
    conn: Connection, admin: TestClient, baseline: int
) -> None:
    gone = "DELETE FROM consumption_day WHERE day < '2024-01-01' OR meter_id IN (SELECT meter_id"
    conn.execute(f"{gone} FROM meter WHERE code LIKE 'hospital-meter-1%')")
    assert look(conn) == BOTH - 6
    found = band(admin, baseline)
    assert (found["basis"], found["sample_size"]) == ("shipped", 30)
    assert (found["local"]["known"], found["local"]["tested"]) == (9, 9)
    lent = shipped.calibration()
    limit = lent.rank(0.9) * lent.scale(OwnRecord(0.0))
    kept = {f"hospital-meter-{n}" for n in (0, *range(2, 10))}
    held = [abs(stray) < limit for (code, year), stray in strays().items()
            if year == 2025 and code in kept]  # fmt: skip
    assert True in held
    assert False in held
    assert found["local"]["coverage"] == pytest.approx(sum(held) / len(held))


def test_enough_of_them_make_the_band_as_wide_as_the_planted_strays(
    conn: Connection, admin: TestClient, baseline: int
) -> None:
    look(conn)
    found = band(admin, baseline)
    assert (found["basis"], found["not_calibrated"]) == ("local", None)
    unchanged = [abs(stray) for (code, year), stray in strays().items()
                 if year == 2024 or code.startswith("hospital")]  # fmt: skip
    assert found["sample_size"] == found["local"]["known"] == len(unchanged) == 45
    assert found["half_width"] == pytest.approx(sinh(ninetieth(unchanged)), rel=0.08)
    # Made from 2024, it held all of 2025 but the three that were planted beyond it.
    assert (found["tested"], found["local"]["tested"]) == (METERS_A_PLACE, METERS_A_PLACE)
    assert found["coverage"] == found["local"]["coverage"] == pytest.approx(12 / 15)


def test_years_with_a_signed_event_leave_the_sample_from_then_on(
    conn: Connection, admin: TestClient, baseline: int
) -> None:
    look(conn)
    then = datetime.now(UTC)
    event = {"first_day": "2024-03-01", "end_day": "2024-04-01", "per_day": "5", "reason": "works"}
    answer = admin.post(f"{V1}/baselines/{baseline}/events", json=event)
    assert answer.status_code == 201
    assert band(admin, baseline)["local"]["known"] == BOTH, "the hospital's two years"
    assert band(admin, baseline, as_of=then.isoformat())["local"]["known"] == 45
    undone = {"verdict": "undone", "reason": "another building"}
    path = f"{V1}/baselines/{baseline}/events/{answer.json()['id']}/decisions"
    assert admin.post(path, json=undone).status_code == 201
    assert band(admin, baseline)["local"]["known"] == 45


def test_a_band_is_the_same_whoever_asks(
    conn: Connection, admin: TestClient, baseline: int, sign_in: SignIn
) -> None:
    look(conn)
    of_all = band(admin, baseline)
    assert band(sign_in("school"), baseline) == of_all


def test_a_meter_is_told_its_own_years_that_were_over_when_its_baseline_ended(
    conn: Connection,
) -> None:
    look(conn)
    meter, place = meter_id(conn, "hospital-meter-0"), place_id(conn, "hospital-building")
    with connected(conn.info.dsn, Role.WORK) as worker:
        known = local_calibration(worker, place, "electricity", meter_id=meter)
        of_place = local_calibration(worker, place, "electricity")
    own = [exp(strays()["hospital-meter-0", year]) - 1 for year in (2024, 2025)]
    assert known.own_record(0.1, END).earlier == pytest.approx(own, abs=0.01)
    assert known.own_record(0.1, TRAINED).earlier == pytest.approx(own[:1], abs=0.01)
    assert of_place.own_record(0.1, END) == OwnRecord(0.1)


def test_meter_years_are_only_added_to(conn: Connection) -> None:
    look(conn)
    with pytest.raises(psycopg.errors.CheckViolation, match="only added to"):
        conn.execute("DELETE FROM meter_year")
    become(conn, Role.WORK)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute("UPDATE meter_year SET deviation = 0")
