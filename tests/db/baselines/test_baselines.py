"""A baseline finds a planted saving, and no model is ever replaced behind a back."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from analytics.baseline.fitted import predict
from analytics.baseline.training import digest, read
from domain.calendar import CalendarDay, DayKind
from domain.local_day import day_start
from domain.weather_hour import SourceKind
from store.become import Role, become
from store.contracts.baseline_work import CHECKED_EVERY, LONGEST
from store.places.calendar import put_day
from store.places.registry import write as write_registry
from store.places.weather_hour import put_hours
from tests.baselined_building import (
    END,
    FIRST,
    SAVED,
    TRAINED,
    announce,
    plant_days,
    plant_surroundings,
    unsaved,
    used,
)
from tests.conftest import as_template, connected, new_database
from tests.db.baselines.conftest import work
from tests.db.conftest import V1, SignIn, add_people
from tests.estate import SHANGHAI, estate
from tests.metered_building import PLACE, meter_id, place_id

pytestmark = pytest.mark.db

METER = "school-meter-0"
WANTED = {
    "organisation": PLACE,
    "medium": "electricity",
    "first_day": str(FIRST),
    "end_day": str(TRAINED),
    "reporting_from": str(TRAINED),
}
YEAR = {"first_day": str(TRAINED), "end_day": str(END)}
LOST = {"first_day": "2025-03-01", "end_day": "2025-03-31", "per_day": "100", "reason": "works"}


@pytest.fixture(scope="module")
def planted(database_server: str, template: str) -> Iterator[str]:
    """Name of a database with the school's two years of use, weather and calendar; people."""
    with new_database(database_server, template) as url:
        with connected(url) as conn:
            write_registry(conn, estate())
            add_people(conn)
            plant_surroundings(conn, place_id(conn, "school"))
            plant_days(conn, meter_id(conn, METER), used())
        with as_template(database_server, url) as name:
            yield name


def wanted(client: TestClient, **other: object) -> int:
    answer = client.post(f"{V1}/baselines", json=WANTED | other)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def get(client: TestClient, path: str, **params: str | int) -> Any:
    answer = client.get(f"{V1}{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def post(client: TestClient, path: str, **body: object) -> Any:
    answer = client.post(f"{V1}{path}", json=body)
    assert answer.status_code < 300, answer.text
    return answer.json()


@pytest.fixture
def fitted(conn: Connection, admin: TestClient) -> int:
    """Id of a baseline of the school's building that is fitted."""
    baseline = wanted(admin)
    assert get(admin, f"/baselines/{baseline}")["waiting"]
    assert work(conn) == 1
    return baseline


def saving(admin: TestClient, baseline: int, **params: str) -> dict[str, Any]:
    found = get(admin, "/savings", baseline=baseline, **(YEAR | params))
    return dict(found["total"])


def test_the_planted_tenth_is_found(admin: TestClient, fitted: int) -> None:
    found = get(admin, "/savings", baseline=fitted, **YEAR)
    without = sum(unsaved(TRAINED, END).values())
    assert found["total"]["baseline"] == pytest.approx(without, rel=2e-3)
    assert found["total"]["saving"] == pytest.approx(SAVED * without, rel=0.02)
    assert (found["total"]["days"], found["total"]["left_out"]) == (365, 0)
    assert found["items"][-1]["cumulative"] == pytest.approx(found["total"]["saving"])
    band = found["total"]["band"]
    assert band["low"] < found["total"]["saving"] < band["high"]
    assert band["not_calibrated"] == "too_few_local_meter_years"
    months = get(admin, "/savings", organisation=PLACE, step="month", **YEAR)["items"]
    assert len(months) == 12
    assert sum(month["saving"] for month in months) == pytest.approx(found["total"]["saving"])


def test_a_day_of_a_year_is_the_same_however_long_the_span(admin: TestClient, fitted: int) -> None:
    year = get(admin, "/savings", baseline=fitted, **YEAR)["items"]
    days = get(admin, "/savings", baseline=fitted, first_day="2025-05-01", end_day="2025-05-03")
    of_year = {row["first_day"]: row["baseline"] for row in year}
    assert [row["baseline"] for row in days["items"]] == [
        of_year["2025-05-01"], of_year["2025-05-02"]
    ]  # fmt: skip


def test_a_version_can_be_fitted_and_predicted_again_from_what_is_kept(
    admin: TestClient, fitted: int
) -> None:
    [version] = get(admin, f"/baselines/{fitted}/versions")["items"]
    text = admin.get(f"{V1}/baselines/{fitted}/versions/1/inputs").text
    assert digest(text) == version["sha256"]
    training = read(text)
    assert training.use.tolist() == pytest.approx([*unsaved(FIRST, TRAINED).values()])
    error = training.use - predict(version["parameters"], training.matrix)
    assert abs(error).max() < 0.02 * training.use.mean()
    assert version["counts"]
    assert version["refusals"] == []
    assert version["basis"]["meters"][0]["meters"] == [METER]
    assert version["basis"]["calendar"]["code"] == "cn"
    assert version["basis"]["weather"][0]["source"] == "test"
    assert "+models." in version["basis"]["code"]


def test_use_that_changes_in_the_training_proposes_a_version_and_replaces_none(
    conn: Connection, admin: TestClient, fitted: int
) -> None:
    before = saving(admin, fitted)
    meter, day = meter_id(conn, METER), date(2024, 5, 6)
    plant_days(conn, meter, {day: 5000.0})
    announce(conn, meter, day, day + timedelta(days=1))
    assert work(conn) == 0, "what may still change is left alone for a minute"
    assert work(conn, later=LONGEST) == 1
    shown = get(admin, f"/baselines/{fitted}")
    assert (shown["counting"], shown["newest"], shown["stale"]) == (1, 2, True)
    assert saving(admin, fitted) == before
    post(admin, f"/baselines/{fitted}/adoptions", version=2, reason="a late reading")
    shown = get(admin, f"/baselines/{fitted}")
    assert (shown["counting"], shown["stale"]) == (2, False)
    assert saving(admin, fitted)["baseline"] != before["baseline"]
    newest, _ = get(admin, f"/baselines/{fitted}/versions")["items"]
    assert newest["cause"] == "data"
    assert newest["adoptions"][0]["person"] == "admin"


def test_as_of_an_instant_it_is_the_version_of_then(
    conn: Connection, admin: TestClient, fitted: int
) -> None:
    before = saving(admin, fitted)
    then = datetime.now(UTC)
    meter = meter_id(conn, METER)
    plant_days(conn, meter, {day: 1.5 * kwh for day, kwh in unsaved(FIRST, TRAINED).items()})
    announce(conn, meter, FIRST, TRAINED)
    assert work(conn, later=LONGEST) == 1
    post(admin, f"/baselines/{fitted}/adoptions", version=2, reason="wrong transformer ratio")
    assert saving(admin, fitted)["baseline"] == pytest.approx(1.5 * before["baseline"], rel=1e-6)
    assert saving(admin, fitted, as_of=then.isoformat()) == before


def test_a_corrected_day_tells_by_how_much_the_saving_changed(
    conn: Connection, admin: TestClient, fitted: int, sign_in: SignIn
) -> None:
    meter, day, kwh = meter_id(conn, METER), date(2025, 5, 6), used()[date(2025, 5, 6)]
    made = datetime.now(UTC)
    before = (made - timedelta(seconds=1)).isoformat()
    versions = ((kwh + 40, made - timedelta(days=1), made), (kwh, made, None))
    for value, known, superseded in versions:
        conn.execute(
            "INSERT INTO consumption SELECT meter_id, quantity, %s, %s, %s, 'measured', 'measured',"
            " 'register', 0, %s, %s FROM meter WHERE meter_id = %s",
            [
                day_start(day, SHANGHAI),
                day_start(day + timedelta(days=1), SHANGHAI),
                value,
                known,
                superseded,
                meter,
            ],
        )
    conn.execute(
        "UPDATE consumption_day SET known_at = %s WHERE meter_id = %s AND day = %s",
        [made, meter, day],
    )
    query = {"first_day": "2025-05-06", "end_day": "2025-05-07", "before": before}
    path = f"/meters/{meter}/correction-effect"
    told = get(admin, path, **query)
    [effect] = told["savings"]
    assert (effect["baseline_id"], effect["unit"], told["left_out"]) == (fitted, "kWh", 0)
    assert effect["after"] - effect["before"] == pytest.approx(40)
    assert get(admin, path, **query, after=before)["savings"][0]["after"] == effect["before"]
    assert sign_in("hospital").get(f"{V1}{path}", params=query).status_code == 404


@pytest.mark.parametrize("what", ["weather", "calendar"])
def test_weather_and_calendar_that_change_propose_a_version_too(
    conn: Connection, admin: TestClient, fitted: int, what: str
) -> None:
    if what == "weather":
        hours = {datetime(2024, 7, 1, hour, tzinfo=UTC): 40.0 for hour in range(15)}
        school = place_id(conn, "school")
        put_hours(conn, school, SourceKind.IMPORTED, hours, source="corrected")
    else:
        put_day(conn, "cn", CalendarDay(date(2024, 5, 1), DayKind.HOLIDAY, "", "notice"))
    assert work(conn, later=LONGEST) == 1
    newest, _ = get(admin, f"/baselines/{fitted}/versions")["items"]
    assert newest["cause"] == what


def test_what_announces_itself_to_nobody_is_found_within_a_day(
    conn: Connection, admin: TestClient, fitted: int
) -> None:
    plant_days(conn, meter_id(conn, METER), {date(2024, 5, 6): 5000.0})
    assert work(conn) == 0
    assert work(conn, later=CHECKED_EVERY + LONGEST) == 1
    assert get(admin, f"/baselines/{fitted}")["stale"]


def test_days_of_the_same_text_make_no_version(
    conn: Connection, admin: TestClient, fitted: int
) -> None:
    announce(conn, meter_id(conn, METER), FIRST, TRAINED)
    post(admin, f"/baselines/{fitted}/fits")
    assert work(conn, later=LONGEST) == 0
    assert not get(admin, f"/baselines/{fitted}")["waiting"]


def test_without_a_calendar_or_enough_days_there_is_a_reason_and_no_model(
    conn: Connection, admin: TestClient
) -> None:
    conn.execute("DELETE FROM calendar_day WHERE day >= '2025-01-01'")
    conn.execute("DELETE FROM calendar_year WHERE year >= 2025")
    conn.execute("DELETE FROM consumption_day WHERE day >= '2024-04-01' AND day < '2024-12-01'")
    uncalendared = wanted(admin, first_day="2024-06-01", end_day="2025-06-01",
                          reporting_from="2025-06-01")  # fmt: skip
    few = wanted(admin, first_day="2024-03-15", end_day="2024-12-31")
    assert work(conn) == 2
    for baseline, reason in ((uncalendared, "calendar_missing"), (few, "too_few_days")):
        [version] = get(admin, f"/baselines/{baseline}/versions")["items"]
        assert (version["model"], version["refusals"]) == (None, [reason])
        refused = admin.get(f"{V1}/savings", params={"baseline": baseline, **YEAR})
        assert refused.status_code == 409
        assert refused.json()["code"] == "baseline_without_model"
        adopted = admin.post(
            f"{V1}/baselines/{baseline}/adoptions", json={"version": 1, "reason": "please"}
        )
        assert adopted.json()["code"] == "version_without_model"


def test_missing_days_are_left_out_and_no_saving(
    conn: Connection, admin: TestClient, fitted: int
) -> None:
    conn.execute("DELETE FROM consumption_day WHERE day >= '2025-02-01' AND day < '2025-02-11'")
    plant_days(conn, meter_id(conn, METER), {date(2025, 2, 11): 0.0})
    found = get(admin, "/savings", baseline=fitted, **YEAR)
    why = [row["left_out"] for row in found["items"] if row["left_out"]]
    assert why == ["no_use"] * 10 + ["zero_of_what_never_idles"]
    assert found["total"]["saving"] == pytest.approx(SAVED * found["total"]["baseline"], rel=0.02)


def test_an_event_counts_once_it_is_signed_and_not_when_it_is_undone(
    admin: TestClient, fitted: int
) -> None:
    plain = saving(admin, fitted)
    event = post(admin, f"/baselines/{fitted}/events", **LOST)
    assert (event["verdict"], event["decided_by"]) == ("accepted", "admin")
    adjusted = saving(admin, fitted)
    assert adjusted["adjustment"] == pytest.approx(30 * 100)
    assert adjusted["saving"] - plain["saving"] == pytest.approx(30 * 100)
    then = datetime.now(UTC)
    path = f"/baselines/{fitted}/events/{event['id']}/decisions"
    twice = admin.post(f"{V1}{path}", json={"verdict": "refused", "reason": "no"})
    assert twice.status_code == 409
    post(admin, path, verdict="undone", reason="the works came later")
    assert saving(admin, fitted) == plain
    assert saving(admin, fitted, as_of=then.isoformat()) == adjusted
    post(admin, path, verdict="accepted", first_day="2025-04-01", end_day="2025-04-11",
         per_day="-50", reason="counted out")  # fmt: skip
    assert saving(admin, fitted)["adjustment"] == pytest.approx(-500)


def test_a_change_nobody_planned_is_proposed_once_and_adjusts_nothing(
    conn: Connection, admin: TestClient, fitted: int
) -> None:
    step = date(2025, 7, 1)
    plant_days(
        conn, meter_id(conn, METER), {day: 1.5 * kwh for day, kwh in used().items() if day >= step}
    )
    conn.execute(
        "INSERT INTO place_event (organisation_id, kind, name, during)"
        " SELECT organisation_id, 'works', name, tstzrange(at, at + interval '8 hours')"
        " FROM organisation, (VALUES ('data room', timestamptz '2025-07-01T01:00Z'),"
        " ('roof', '2025-03-03T01:00Z')) AS v (name, at) WHERE code = 'school'"
    )
    before = saving(admin, fitted)
    for days in (2, 4):
        work(conn, later=timedelta(days=days))
    [event] = get(admin, f"/baselines/{fitted}/events")["items"]
    assert event["evidence"]["events"] == [
        {"kind": "works", "name": "data room", "first_day": "2025-07-01"}
    ]
    assert (event["person"], event["verdict"], event["end_day"]) == (None, None, None)
    assert abs(date.fromisoformat(event["first_day"]) - step) <= timedelta(days=14)
    grown = [0.5 * kwh for day, kwh in used().items() if day >= step]
    assert event["per_day"] == pytest.approx(sum(grown) / len(grown), rel=0.1)
    assert event["low"] <= event["per_day"] <= event["high"]
    assert event["evidence"]["ratio"] == pytest.approx(1.5, rel=0.05)
    assert saving(admin, fitted) == before
    post(admin, f"/baselines/{fitted}/events/{event['id']}/decisions", verdict="accepted",
         reason="a new data room")  # fmt: skip
    whole = saving(admin, fitted)
    assert whole["saving"] == pytest.approx(SAVED * whole["baseline"], rel=0.1)


def test_planned_and_verified_savings_stand_beside_the_measured_one(
    admin: TestClient, fitted: int
) -> None:
    path = f"/baselines/{fitted}/stated-savings"
    post(admin, path, kind="planned", amount="30000", document="feasibility study", **YEAR)
    verified = {"kind": "verified", "amount": "29000", "document": "report 7"} | YEAR
    for more, place in (({}, "stated_by"), ({"stated_by": "an auditor"}, "document_date")):
        refused = admin.post(f"{V1}{path}", json=verified | more)
        assert (refused.status_code, refused.json()["place"]) == (422, place)
    signed = {"stated_by": "an auditor", "document_date": "2026-02-01"}
    post(admin, path, **verified, **signed)
    found = get(admin, "/savings", baseline=fitted, **YEAR)
    told = {each["kind"]: (float(each["amount"]), each["version"]) for each in found["stated"]}
    assert told == {"planned": (30000.0, None), "verified": (29000.0, 1)}
    assert {name: found["stated"][1][name] for name in signed} == signed
    assert found["total"] == saving(admin, fitted), "neither changes what was measured"
    post(admin, path, kind="planned", amount=None, document="withdrawn", **YEAR)
    found = get(admin, "/savings", baseline=fitted, **YEAR)
    assert [each["kind"] for each in found["stated"]] == ["verified"]


def test_an_answer_that_is_known_is_not_sent_again(admin: TestClient, fitted: int) -> None:
    url = f"{V1}/baselines/{fitted}"
    etag = admin.get(url).headers["ETag"]
    assert admin.get(url, headers={"If-None-Match": etag}).status_code == 304
    post(admin, f"/baselines/{fitted}/fits")
    assert admin.get(url, headers={"If-None-Match": etag}).status_code == 200


def test_lists_are_paged_and_an_ended_baseline_is_fitted_no_more(
    conn: Connection, admin: TestClient, fitted: int
) -> None:
    second = wanted(admin, meter=meter_id(conn, METER))
    page = get(admin, "/baselines", organisation="bureau", limit=1)
    assert [row["id"] for row in page["items"]] == [second]
    rest = get(admin, "/baselines", organisation="bureau", limit=1, cursor=page["next"])
    assert ([row["id"] for row in rest["items"]], rest["next"]) == ([fitted], None)
    post(admin, f"/baselines/{second}/end", reason="by mistake")
    assert work(conn) == 0
    refused = admin.post(f"{V1}/baselines/{second}/fits")
    assert (refused.status_code, refused.json()["code"]) == (409, "baseline_ended")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"end_day": "2024-02-01"}, "end_day"),
        ({"end_day": str(date.today() + timedelta(days=2))}, "end_day"),  # noqa: DTZ011 - two days on it is tomorrow at least in any zone
        ({"reporting_from": "2024-12-01"}, "reporting_from"),
    ],
)
def test_what_cannot_be_fitted_is_refused_with_its_place(
    admin: TestClient, change: dict[str, str], place: str
) -> None:
    answer = admin.post(f"{V1}/baselines", json=WANTED | change)
    assert (answer.status_code, answer.json()["place"]) == (422, place)


def test_others_neither_see_nor_sign(admin: TestClient, fitted: int, sign_in: SignIn) -> None:
    sign_in("hospital")
    assert admin.get(f"{V1}/baselines/{fitted}").status_code == 404
    assert get(admin, "/baselines")["items"] == []
    sign_in("school")
    assert not get(admin, f"/baselines/{fitted}")["may_change"]
    for path, body in (
        ("events", LOST),
        ("adoptions", {"version": 1, "reason": "mine"}),
        ("fits", {}),
    ):
        answer = admin.post(f"{V1}/baselines/{fitted}/{path}", json=body)
        assert answer.status_code == 403, path


@pytest.mark.usefixtures("fitted")
@pytest.mark.parametrize("table", ["baseline", "baseline_version", "baseline_adoption"])
def test_nothing_is_changed_or_taken_away(conn: Connection, table: str) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="only added to"):
        conn.execute(f"DELETE FROM {table}")
    become(conn, Role.WORK)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute(f"DELETE FROM {table}")


def test_the_curve_of_a_baseline_is_its_days_as_mean_rates(admin: TestClient, fitted: int) -> None:
    asked = {"first_day": str(TRAINED), "end_day": str(TRAINED + timedelta(days=7))}
    found = get(admin, f"/baselines/{fitted}/curve", **asked)
    rows = get(admin, "/savings", baseline=fitted, **asked)["items"]
    assert (found["unit"], found["within"]) == ("kW", 0.9)
    assert found["mean"] == pytest.approx([row["baseline"] / 24 for row in rows])
    assert found["t"][0] == day_start(TRAINED, SHANGHAI).timestamp()
    assert found["end"] == [start + 86_400 for start in found["t"]]
    # The training follows the model but for rounding, so its band is narrow; a tenth is outside.
    lows = zip(found["low"], found["mean"], found["high"], rows, strict=True)
    for low, mean, high, row in lows:
        assert row["actual"] / 24 < low < mean < high
        assert high - mean == pytest.approx(mean - low)
    post(admin, f"/baselines/{fitted}/events", **LOST | {"first_day": str(TRAINED)})
    moved = get(admin, f"/baselines/{fitted}/curve", **asked)
    assert moved["mean"] == pytest.approx([mean + 100 / 24 for mean in found["mean"]])


def test_days_without_weather_have_no_baseline_and_one_without_model_is_refused(
    admin: TestClient, fitted: int
) -> None:
    after = {"first_day": str(END), "end_day": str(END + timedelta(days=3))}
    found = get(admin, f"/baselines/{fitted}/curve", **after)
    assert found["mean"] == found["low"] == found["high"] == [None] * 3
    waiting = wanted(admin)
    answer = admin.get(f"{V1}/baselines/{waiting}/curve", params=after)
    assert (answer.status_code, answer.json()["code"]) == (409, "baseline_without_model")
