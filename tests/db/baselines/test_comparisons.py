"""Methods beside the model of the whole building find a planted saving, or say why they do not."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from analytics.baseline.compared import compared
from analytics.baseline.training import digest
from analytics.savings.estimate import Estimate
from domain.calendar import days
from domain.comparison import Method
from store.places.registry import write as write_registry
from tests.baselined_building import FIRST, SAVED, plant_days, plant_surroundings, unsaved
from tests.conftest import as_template, connected, new_database
from tests.db.baselines.conftest import work
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import estate
from tests.metered_building import PLACE, meter_id, place_id

pytestmark = pytest.mark.db

DAY = timedelta(days=1)
MEASURE, END = date(2024, 7, 1), date(2024, 11, 1)
OWN, OTHER = "school-meter-0", "hospital-meter-0"
ON = [(MEASURE + n * 14 * DAY + 7 * DAY, MEASURE + n * 14 * DAY + 14 * DAY) for n in range(8)]
TEST_END = ON[-1][1]
BEFORE_KW, AFTER_KW = [0.058, 0.060, 0.056, 0.059], [0.021, 0.022, 0.020, 0.021]
SAMPLE = {
    "before": BEFORE_KW,
    "after": AFTER_KW,
    "stipulated_h": 1_300_000.0,
    "stipulated_why": "opening hours agreed in annex 2",
}


@pytest.fixture(scope="module")
def planted(database_server: str, template: str) -> Iterator[str]:
    """Name of a database with people, weather and calendar of the school and the hospital."""
    with new_database(database_server, template) as url:
        with connected(url) as conn:
            write_registry(conn, estate())
            add_people(conn)
            plant_surroundings(conn, place_id(conn, "bureau"))
        with as_template(database_server, url) as name:
            yield name


def wild(seed: int) -> dict[date, float]:
    """Use of days that no weather explains. [kWh/d]."""
    rng = np.random.default_rng(seed)
    return {day: float(rng.uniform(500, 2000)) for day in days(FIRST, END)}


def wanted(method: Method, **other: object) -> dict[str, object]:
    later = {"reporting_from": str(MEASURE), "reporting_end": str(END)}
    body = {"organisation": PLACE, "medium": "electricity", "first_day": str(FIRST)}
    return body | {"end_day": str(MEASURE), "method": method.value} | later | other


def alternating(**other: object) -> dict[str, object]:
    test = {"first_day": str(MEASURE), "end_day": str(TEST_END)}
    reports = {"reporting_from": str(MEASURE), "reporting_end": str(TEST_END)}
    on = [[str(first), str(end)] for first, end in ON]
    return wanted(Method.ON_OFF) | test | reports | {"terms": {"on": on}} | other


def made(conn: Connection, client: TestClient, body: dict[str, object]) -> int:
    """Enter a comparison and let a worker look at it; gives its id."""
    answer = client.post(f"{V1}/baselines", json=body)
    assert answer.status_code == 201, answer.text
    assert work(conn) == 1
    return int(answer.json()["id"])


def told(client: TestClient, baseline: int, **also: str) -> dict[str, Any]:
    params = {"baseline": str(baseline), "first_day": str(MEASURE), "end_day": str(END)} | also
    answer = client.get(f"{V1}/savings", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def versions(client: TestClient, baseline: int) -> list[dict[str, Any]]:
    return list(client.get(f"{V1}/baselines/{baseline}/versions").json()["items"])


def planted_test(conn: Connection) -> float:
    """Plant a test whose days on save a tenth; gives what they save, but for the switching days."""
    use = unsaved(MEASURE, TEST_END)
    on = {day for first, end in ON for day in days(first, end)}
    saved = {day: kwh * (1 - SAVED) if day in on else kwh for day, kwh in use.items()}
    plant_days(conn, meter_id(conn, OWN), saved)
    return sum(SAVED * use[day] for first, end in ON for day in days(first + DAY, end))


def test_an_alternating_test_finds_what_the_days_on_save(
    conn: Connection, admin: TestClient
) -> None:
    truth = planted_test(conn)
    found = told(admin, made(conn, admin, alternating()))
    assert found["total"]["saving"] == pytest.approx(truth, rel=0.05)
    assert found["total"]["days"] == 8 * 6, "the day of each switch counts for neither"
    band = found["total"]["band"]
    assert band["low"] < found["total"]["saving"] < band["high"]
    assert (band["basis"], band["not_calibrated"]) == ("blocks", "blocks_know_no_drift")
    assert (found["first_day"], found["end_day"]) == (str(MEASURE), str(TEST_END))
    wide = told(admin, found["baseline_id"], confidence="0.99")["total"]["band"]
    assert wide["high"] - wide["low"] > band["high"] - band["low"]


def test_like_beside_like_finds_the_saving_whatever_moves_both(
    conn: Connection, admin: TestClient
) -> None:
    like = wild(1)
    own = {day: 0.7 * kwh * (1 if day < MEASURE else 1 - SAVED) for day, kwh in like.items()}
    for code, use in ((OTHER, like), (OWN, own)):
        plant_days(conn, meter_id(conn, code), use)
    body = wanted(Method.SIDE_BY_SIDE, terms={"meter": meter_id(conn, OTHER)})
    total = told(admin, made(conn, admin, body))["total"]
    assert total["saving"] == pytest.approx(SAVED / (1 - SAVED) * total["actual"], rel=1e-6)
    assert total["baseline"] == pytest.approx(total["saving"] + total["actual"])


def test_a_retrofit_is_isolated_by_what_drives_it(conn: Connection, admin: TestClient) -> None:
    cold = wild(2)
    own = {day: 30 + (0.28 if day < MEASURE else 0.21) * kwh for day, kwh in cold.items()}
    for code, use in ((OTHER, cold), (OWN, own)):
        plant_days(conn, meter_id(conn, code), use)
    body = wanted(
        Method.ALL_PARAMETERS,
        meter=meter_id(conn, OWN),
        terms={"meter": meter_id(conn, OTHER)},
    )
    baseline = made(conn, admin, body)
    after = sum(kwh for day, kwh in cold.items() if day >= MEASURE)
    assert told(admin, baseline)["total"]["saving"] == pytest.approx(0.07 * after, rel=1e-6)
    shown = admin.get(f"{V1}/baselines/{baseline}").json()
    assert (shown["ipmvp"], shown["gbt_28750"]) == ("B", "基期能耗-影响因素")


def test_a_key_parameter_saves_its_fall_times_the_stipulated_hours(
    conn: Connection, admin: TestClient
) -> None:
    found = told(admin, made(conn, admin, wanted(Method.KEY_PARAMETER, terms=SAMPLE)))
    fall = float(np.mean(BEFORE_KW) - np.mean(AFTER_KW))
    assert found["total"]["saving"] == pytest.approx(fall * 1_300_000)
    assert found["total"]["actual"] is None
    assert found["total"]["band"]["half_width"] is None
    assert found["unit"] == "kWh"


def test_it_can_be_worked_out_again_from_what_is_kept(conn: Connection, admin: TestClient) -> None:
    planted_test(conn)
    baseline = made(conn, admin, alternating())
    [version] = versions(admin, baseline)
    text = admin.get(f"{V1}/baselines/{baseline}/versions/1/inputs").text
    assert digest(text) == version["sha256"]
    again = compared(Method.ON_OFF, text)
    assert isinstance(again, Estimate)
    assert again.saving == told(admin, baseline)["total"]["saving"]


def test_a_late_reading_proposes_a_version_and_replaces_none(
    conn: Connection, admin: TestClient
) -> None:
    planted_test(conn)
    baseline = made(conn, admin, alternating())
    before = told(admin, baseline)["total"]
    plant_days(conn, meter_id(conn, OWN), {ON[0][0] + 2 * DAY: 100.0})
    assert work(conn, later=timedelta(days=2)) == 1
    assert told(admin, baseline)["total"] == before
    adoption = {"version": 2, "reason": "a late reading"}
    assert admin.post(f"{V1}/baselines/{baseline}/adoptions", json=adoption).status_code == 201
    assert told(admin, baseline)["total"]["saving"] > before["saving"]


def test_too_little_has_a_named_reason_and_no_figure(conn: Connection, admin: TestClient) -> None:
    planted_test(conn)
    few = alternating(terms={"on": [[str(first), str(end)] for first, end in ON[:2]]})
    sample = wanted(Method.KEY_PARAMETER, terms=SAMPLE | {"after": [0.02, 0.02]})
    beside = wanted(Method.SIDE_BY_SIDE, terms={"meter": meter_id(conn, OTHER)})
    for body, reason in (
        (few, "too_few_cycles"),
        (sample, "too_few_items"),
        (beside, "too_few_days"),
    ):
        baseline = made(conn, admin, body)
        [version] = versions(admin, baseline)
        assert (version["model"], version["refusals"]) == (None, [reason])
        params = {"baseline": str(baseline), "first_day": str(MEASURE), "end_day": str(END)}
        refused = admin.get(f"{V1}/savings", params=params)
        assert refused.json()["code"] == "baseline_without_model"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"terms": None}, "terms"),
        ({"terms": SAMPLE}, "terms"),
        ({"terms": {"on": [["2024-08-01", "2024-07-20"]]}}, "terms"),
        ({"terms": {"on": [["2024-06-01", "2024-07-20"]]}}, "terms"),
        ({"reporting_end": "2024-12-01"}, "reporting_end"),
        ({"reporting_end": None}, "reporting_end"),
    ],
)
def test_terms_that_are_no_test_are_refused_with_their_place(
    admin: TestClient, change: dict[str, object], place: str
) -> None:
    answer = admin.post(f"{V1}/baselines", json=alternating(**change))
    assert (answer.status_code, answer.json()["place"]) == (422, place)


def test_a_retrofit_without_a_meter_and_a_sample_of_gas_are_refused(
    admin: TestClient, conn: Connection
) -> None:
    beside = {"terms": {"meter": meter_id(conn, OTHER)}}
    for body, place in (
        (wanted(Method.ALL_PARAMETERS) | beside, "meter"),
        (wanted(Method.KEY_PARAMETER, terms=SAMPLE, medium="gas"), "medium"),
        (wanted(Method.WHOLE), "reporting_end"),
    ):
        answer = admin.post(f"{V1}/baselines", json=body)
        assert (answer.status_code, answer.json()["place"]) == (422, place)


def test_days_of_a_meter_that_others_administer_are_not_told_beside_it(
    conn: Connection, sign_in: SignIn
) -> None:
    conn.execute(
        "UPDATE scope SET role = 'institution_administrator'"
        " WHERE person_id = (SELECT person_id FROM person WHERE login = 'school')"
    )
    body = wanted(Method.SIDE_BY_SIDE, terms={"meter": meter_id(conn, OTHER)})
    answer = sign_in("school").post(f"{V1}/baselines", json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "no_meter_beside")


def test_no_event_adjusts_a_comparison_and_none_is_the_saving_of_the_place(
    conn: Connection, admin: TestClient
) -> None:
    planted_test(conn)
    baseline = made(conn, admin, alternating())
    event = {"first_day": "2024-07-10", "end_day": "2024-07-20", "per_day": "5", "reason": "works"}
    answer = admin.post(f"{V1}/baselines/{baseline}/events", json=event)
    assert (answer.status_code, answer.json()["code"]) == (409, "event_of_comparison")
    params = {"organisation": PLACE, "first_day": str(MEASURE), "end_day": str(END)}
    of_place = admin.get(f"{V1}/savings", params=params)
    assert of_place.json()["code"] == "no_baseline_of_place"
