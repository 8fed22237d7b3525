"""Each rule of use on the database: what was planted is found with its evidence, and judged."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import Connection

from analytics.jobs.use_suspicions import judge_silence
from civicwatt.published_calendar import published_year
from store.become import Role
from store.places.calendar import put_year
from tests.conftest import connected
from tests.costed_fleet import ZONE
from tests.db.conftest import V1, SignIn
from tests.estate import NOW, registers, store_messages
from tests.fleet_estate import cut, drawn, told
from tests.metered_building import place_id
from tests.told_vehicle import KM_PER_DEG, Line

pytestmark = pytest.mark.db


@pytest.fixture
def admin(people: Callable[[], None], sign_in: SignIn) -> TestClient:
    people()
    return sign_in("admin")


def second(text: str) -> int:
    """Of a local time such as ``2026-07-01 09:00``. [s since 1970]."""
    return round(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp())


def drive(line: Line, text: str, minutes: int = 30, *, kmh: float = 36.0, **more: Any) -> None:
    """Stand for ten minutes, drive, and stand for ten more; the terminal sleeps in between."""
    start = second(text)
    line.stand(start - 600, start, 60, **more)
    line.drive(start, start + 60 * minutes, 60, kmh=kmh, **more)
    line.stand(start + 60 * minutes, start + 60 * minutes + 660, 60, **more)


def sent(conn: Connection, line: Line, code: str = "car-1", *, now: datetime = NOW) -> None:
    store_messages(conn, told(code, drawn(line)))
    cut(conn, now=now)


def ring(first_km: float, last_km: float) -> list[tuple[float, float]]:
    """An area across the straight road on which a `Line` drives."""
    south, north = (39.9 + km / KM_PER_DEG for km in (first_km, last_km))
    return [(south, 116.3), (south, 116.5), (north, 116.5), (north, 116.3)]


def fence(
    admin: TestClient, conn: Connection, kind: str, km: tuple[float, float], **more: Any
) -> Any:
    new = {
        "organisation_id": place_id(conn, "school"), "kind": kind, "name": kind, "ring": ring(*km),
    }  # fmt: skip
    answer = admin.post(f"{V1}/fences", json=new | more)
    assert answer.status_code == 201, answer.text
    return answer.json()["items"][-1]


def rule(
    admin: TestClient,
    conn: Connection,
    name: str,
    since: str,
    *,
    place: str = "school",
    **terms: float,
) -> None:
    told_so = {
        "organisation_id": place_id(conn, place), "rule": name, "holds_from": since,
        "terms": terms,
    }  # fmt: skip
    answer = admin.put(f"{V1}/fleet-rules", json=told_so)
    assert answer.status_code == 200, answer.text


def found(admin: TestClient, name: str) -> list[dict[str, Any]]:
    """Suspicions of a rule, the oldest first."""
    items = admin.get(f"{V1}/suspicions", params={"limit": "1000"}).json()["items"]
    return sorted(
        (e for e in items if e["rule"] == name), key=lambda each: (each["start_at"], each["id"])
    )


def judged(admin: TestClient, suspicion: dict[str, Any]) -> dict[str, Any]:
    """What a person says of it is kept upon what it shows; before, it was no verdict."""
    assert suspicion["verdict"] is None
    verdict = {"verdict": "true", "reason": "asked the driver"}
    answer = admin.post(f"{V1}/suspicions/{suspicion['id']}/verdicts", json=verdict)
    assert answer.status_code == 201
    now = answer.json()
    assert (now["verdict"], now["judged_by"]) == ("true", "admin")
    assert now["judged_evidence"] == suspicion["evidence"]
    return dict(now)


def days(suspicions: list[dict[str, Any]]) -> list[str]:
    """Local days on which they begin."""
    at = (datetime.fromisoformat(each["start_at"]) for each in suspicions)
    return [str(each.astimezone(ZONE).date()) for each in at]


def test_out_of_hours(conn: Connection, admin: TestClient) -> None:
    line = Line()
    drive(line, "2026-07-01 09:00")
    drive(line, "2026-07-01 21:00")
    drive(line, "2026-07-04 09:00")
    sent(conn, line)
    late, saturday = found(admin, "out_of_hours")
    assert days([late, saturday]) == ["2026-07-01", "2026-07-04"]
    assert late["evidence"] == {
        "km": pytest.approx(18, abs=0.11), "estimated": False, "from_min": 420, "until_min": 1200,
        "worked": True,
    }  # fmt: skip
    assert saturday["evidence"]["worked"] is False
    judged(admin, late)


def test_locked_up_on_a_holiday_but_for_leave_and_by_a_calendar_that_comes_late(
    conn: Connection, admin: TestClient
) -> None:
    leave = {"kind": "duty", "first_day": "2026-05-01", "end_day": "2026-05-02", "reason": "值班"}
    assert admin.post(f"{V1}/vehicles/2/exemptions", json=leave).status_code == 201
    for code in ("car-1", "car-2"):
        line = Line()
        drive(line, "2026-05-01 09:00")
        drive(line, "2026-05-02 09:00")
        sent(conn, line, code)
    # Until the year has a calendar nothing is a holiday, and the second of May is a Saturday.
    assert found(admin, "locked_up") == []
    assert days(found(admin, "out_of_hours")) == ["2026-05-02"] * 2
    put_year(conn, "cn", published_year(2026), provisional=False, source="x")
    cut(conn)
    locked = found(admin, "locked_up")
    assert [(each["vehicle_id"], day) for each, day in zip(locked, days(locked), strict=True)] == [
        (1, "2026-05-01"), (1, "2026-05-02"), (2, "2026-05-02"),
    ]  # fmt: skip
    assert locked[0]["evidence"]["holiday"] == "劳动节"
    assert found(admin, "out_of_hours") == []
    # Leave given afterwards covers its days only; a verdict and what it was given upon stay.
    judged(admin, locked[1])
    again = leave | {"first_day": "2026-05-02", "end_day": "2026-05-03"}
    assert admin.post(f"{V1}/vehicles/1/exemptions", json=again).status_code == 201
    cut(conn)
    first, second_day, other = found(admin, "locked_up")
    assert (first, other) == (locked[0], locked[2])
    assert (second_day["verdict"], second_day["withdrawn_at"] is None) == ("true", False)
    assert second_day["judged_evidence"] == locked[1]["evidence"]


def test_out_of_area(conn: Connection, admin: TestClient) -> None:
    fence(admin, conn, "area", (-1, 30))
    line = Line()
    drive(line, "2026-07-01 09:00")
    drive(line, "2026-07-01 11:00")
    sent(conn, line)
    (outside,) = found(admin, "out_of_area")
    assert outside["start_at"] == "2026-07-01T03:00:00Z"
    assert outside["evidence"] == {"km": pytest.approx(18, abs=0.11), "estimated": False}
    judged(admin, outside)


def test_not_returned(conn: Connection, admin: TestClient) -> None:
    fence(admin, conn, "home", (-1, 1))
    line = Line()
    line.stand(second("2026-06-30 18:00"), second("2026-07-01 08:00"), 3600)
    drive(line, "2026-07-01 15:00")
    drive(line, "2026-07-02 09:00")
    sent(conn, line)
    (night,) = found(admin, "not_returned")
    assert night["evidence"] == {"night": "2026-07-01", "return_min": 1320}
    judged(admin, night)


def test_parking_at_a_forbidden_place(conn: Connection, admin: TestClient) -> None:
    fence(admin, conn, "forbidden", (17, 19))
    fence(admin, conn, "forbidden", (35, 37), name="mall")
    line = Line()
    line.drive(second("2026-07-01 09:00"), second("2026-07-01 09:30"), 60)
    line.stand(second("2026-07-01 09:30"), second("2026-07-01 09:38"), 60)
    line.drive(second("2026-07-01 09:38"), second("2026-07-01 10:08"), 60)
    line.stand(second("2026-07-01 10:08"), second("2026-07-01 11:18"), 60)
    drive(line, "2026-07-01 11:28")
    sent(conn, line)
    # Eight minutes in the first area are no parking.
    (parked,) = found(admin, "forbidden_parking")
    assert parked["evidence"] == {
        "fence": "mall", "minutes": pytest.approx(80, abs=1.1), "parked_min": 10.0,
    }  # fmt: skip
    judged(admin, parked)


PILE = """
INSERT INTO pile (code, name_zh, name_en, meter_id, latitude_deg, longitude_deg, entered_at)
SELECT 'pile-1', '一号桩', 'Pile 1', meter_id, %s, 116.4, '2026-06-01Z'
  FROM meter WHERE code = 'school-meter-0'"""


def test_charge_far_from_position(conn: Connection, admin: TestClient) -> None:
    """The pile gave just what the car took; the car stood 2 km away from it."""
    start = second("2026-07-01 12:00")
    quarter = timedelta(minutes=15)
    values = [100.0, 110.0, 120.0, 130.0, 140.0, *[140.0] * 8]
    at = datetime.fromtimestamp(start, ZONE)
    store_messages(conn, registers("school-device-0", at, values, step=quarter))
    conn.execute(PILE, [39.9 + 2 / KM_PER_DEG])
    line = Line(("odometer", "speed", "gear", "place"))
    line.stand(start - 1800, start, 300, charge_state="not_charging", soc_pct=20.0)
    for at_s in range(start, start + 3600, 60):
        charged = 36 * (at_s - start) / 3540
        line.tell(at_s, charge_state="parked_charging", energy_charged_kwh=charged, soc_pct=50.0)
    line.stand(start + 3600, start + 5400, 300, charge_state="not_charging", soc_pct=80.0)
    sent(conn, line)
    (far,) = found(admin, "charge_elsewhere")
    assert far["evidence"] == {
        "away_m": pytest.approx(2000, rel=0.01), "limit_m": 500.0,
        "kwh": pytest.approx(36, rel=0.01),
    }  # fmt: skip
    judged(admin, far)


def test_odometer_against_gnss(conn: Connection, admin: TestClient) -> None:
    line = Line(("odometer", "place", "gear"))
    drive(line, "2026-07-01 09:00")
    wrong_from = len(line.rows)
    drive(line, "2026-07-01 11:00", kmh=60)
    for row in line.rows[wrong_from:]:
        row["odometer_km"] = 50_018 + 2 * (row["odometer_km"] - 50_018)
    sent(conn, line)
    (apart,) = found(admin, "odometer_against_track")
    assert apart["start_at"] == "2026-07-01T03:00:00Z"
    assert apart["evidence"]["odometer_km"] == pytest.approx(60, rel=0.02)
    assert apart["evidence"]["track_km"] == pytest.approx(30, rel=0.02)
    judged(admin, apart)


def test_terminal_offline_while_the_vehicle_moved(conn: Connection, admin: TestClient) -> None:
    line = Line()
    drive(line, "2026-07-01 09:00")
    line.km += 40
    drive(line, "2026-07-01 13:00")
    sent(conn, line, now=datetime(2026, 7, 1, 15, tzinfo=ZONE))
    (silent,) = found(admin, "terminal_offline")
    assert silent["evidence"]["estimated"] is True
    assert silent["evidence"]["km"] == pytest.approx(40, abs=0.2)
    assert silent["evidence"]["minutes"] > silent["evidence"]["silent_min"]
    judged(admin, silent)


def silence(conn: Connection, *, now: datetime) -> None:
    with connected(conn.info.dsn, Role.WORK) as worker:
        judge_silence(worker, now=now)


def test_a_terminal_that_is_unplugged_for_good_is_told_by_the_clock(
    conn: Connection, admin: TestClient
) -> None:
    line = Line()
    drive(line, "2026-07-01 09:00")
    sent(conn, line, now=datetime(2026, 7, 1, 12, tzinfo=ZONE))
    # 2 to 8 July are seven days, five of them worked; the last one has to be over.
    silence(conn, now=datetime(2026, 7, 8, 23, 59, tzinfo=ZONE))
    assert found(admin, "terminal_offline") == []
    for day in (9, 13):
        silence(conn, now=datetime(2026, 7, day, 0, 10, tzinfo=ZONE))
        (silent,) = found(admin, "terminal_offline")
        assert silent["subject"] == "silent:2026-07-02"
        assert silent["evidence"] == {
            "silent_since": "2026-07-02", "silent_days": 5.0, "heard_on": None,
        }  # fmt: skip
        assert silent["known_at"] == "2026-07-08T16:10:00Z"
    judged(admin, silent)
    # It is plugged in again: when, is told; the verdict and what it was given upon stay.
    drive(again := Line(km=line.km), "2026-07-13 09:00")
    sent(conn, again, now=datetime(2026, 7, 13, 12, tzinfo=ZONE))
    (ended,) = found(admin, "terminal_offline")
    assert (ended["evidence"]["heard_on"], ended["verdict"]) == ("2026-07-13", "true")
    assert (ended["judged_otherwise"], ended["judged_evidence"]) == (True, silent["evidence"])
    # What it had kept is re-issued: it was not silent on five worked days in a row.
    drive(kept := Line(km=line.km), "2026-07-07 09:00", kmh=0)
    sent(conn, kept, now=datetime(2026, 7, 13, 13, tzinfo=ZONE))
    (taken_back,) = found(admin, "terminal_offline")
    assert (taken_back["withdrawn_at"] is not None, taken_back["verdict"]) == (True, "true")


def evenings(conn: Connection, *, first: date = date(2026, 7, 1), count: int = 3) -> Line:
    line = Line()
    for number in range(count):
        drive(line, f"{first + timedelta(days=number)} 19:00")
    sent(conn, line)
    return line


def test_trips_are_judged_by_the_rules_of_their_day_and_a_change_touches_no_others(
    conn: Connection, admin: TestClient
) -> None:
    evenings(conn)
    assert found(admin, "out_of_hours") == []
    rule(admin, conn, "out_of_hours", "2026-07-02", from_min=420, until_min=1080)
    cut(conn)
    second_day, third = found(admin, "out_of_hours")
    assert days([second_day, third]) == ["2026-07-02", "2026-07-03"]
    assert second_day["evidence"]["until_min"] == 1080
    third = judged(admin, third)
    # From the third on eight in the evening again: the second stays as it was known.
    rule(admin, conn, "out_of_hours", "2026-07-03", from_min=420, until_min=1200)
    cut(conn, now=NOW + timedelta(hours=1))
    stays, withdrawn = found(admin, "out_of_hours")
    assert stays == second_day
    assert withdrawn["withdrawn_at"] is not None
    kept = ("verdict", "reason", "judged_by", "judged_at", "evidence", "judged_evidence")
    assert [withdrawn[name] for name in kept] == [third[name] for name in kept]
    # Asked of a day, the rules are those of that day; no segment was cut anew.
    for day, until in (("2026-07-01", 1200), ("2026-07-02", 1080), ("2026-07-03", 1200)):
        asked = {"organisation": place_id(conn, "school"), "day": day}
        rules = admin.get(f"{V1}/fleet-rules", params=asked).json()["items"]
        assert rules[0]["terms"]["until_min"] == until
    versions = conn.execute("SELECT count(*), count(DISTINCT segment_id) FROM vehicle_segment")
    counted = versions.fetchone()
    assert counted is not None
    assert counted[0] == counted[1]


def test_use_is_judged_by_where_its_place_stood_also_after_a_move_and_its_undo(
    conn: Connection, admin: TestClient
) -> None:
    """Days of the hospital end at six in the evening, those of the school at eight as is usual."""
    rule(admin, conn, "out_of_hours", "2026-06-01", place="hospital", from_min=420, until_min=1080)
    evenings(conn)
    assert found(admin, "out_of_hours") == []
    path = f"{V1}/organisations/school-building/positions"
    new = {"day": "2026-07-02", "parent": "hospital-site", "reason": "机构改革"}
    moved = admin.post(path, json=new)
    assert moved.status_code == 201, moved.text
    touched = conn.execute("SELECT days::text FROM use_touched").fetchall()
    assert touched == [("[2026-07-02,)",)] * 2
    cut(conn)
    late = found(admin, "out_of_hours")
    assert days(late) == ["2026-07-02", "2026-07-03"]
    assert late[0]["evidence"]["until_min"] == 1080
    # On the third it moves back; both moves are taken back, the later one first.
    back = {"day": "2026-07-03", "parent": "school-site", "reason": "机构改革"}
    again = admin.post(path, json=back)
    assert again.status_code == 201, again.text
    cut(conn, now=NOW + timedelta(hours=1))
    assert days(found(admin, "out_of_hours")) == ["2026-07-02"]
    for stretch in (again.json()["items"][-1], moved.json()["items"][-1]):
        undone = admin.post(f"{path}/{stretch['move_id']}/undo", json={"reason": "typed wrongly"})
        assert undone.status_code == 200, undone.text
    cut(conn, now=NOW + timedelta(hours=2))
    assert found(admin, "out_of_hours") == []


def test_an_area_counts_for_the_days_on_which_it_was_one(
    conn: Connection, admin: TestClient
) -> None:
    evenings(conn, count=4)
    yard = fence(admin, conn, "home", (-1, 1), first_day="2026-07-02")
    assert (yard["first_day"], yard["end_day"]) == ("2026-07-02", None)
    cut(conn)
    assert days(found(admin, "not_returned")) == ["2026-07-02", "2026-07-03"]
    assert (
        admin.delete(f"{V1}/fences/{yard['id']}", params={"day": "2026-07-03"}).status_code == 204
    )
    cut(conn)
    assert days(found(admin, "not_returned")) == ["2026-07-02"]


def test_a_vehicle_that_is_handed_over_is_judged_by_the_rules_of_whom_it_was_with(
    conn: Connection, admin: TestClient
) -> None:
    evenings(conn)
    rule(admin, conn, "out_of_hours", "2026-01-01", from_min=420, until_min=1080)
    since = datetime(2026, 7, 3, tzinfo=ZONE).isoformat()
    station = {"organisation": "hospital-building", "department": "", "since": since}
    assert admin.post(f"{V1}/vehicles/1/stations", json=station).status_code == 201
    cut(conn)
    assert days(found(admin, "out_of_hours")) == ["2026-07-01", "2026-07-02"]


def test_what_comes_late_leaves_suspicions_beside_it_as_they_were(
    conn: Connection, admin: TestClient
) -> None:
    """The trip that begins where the window of a late sample ends is not looked at anew."""
    rule(admin, conn, "out_of_hours", "2026-01-01", from_min=420, until_min=1080)
    line = evenings(conn, count=12)
    before = found(admin, "out_of_hours")
    assert len(before) == 12
    middle = [row for row in line.rows if row["ts"] / 1e6 >= second("2026-07-06 19:05")][:3]
    late = Line(rows=[row | {"ts": row["ts"] + 20_000_000} for row in middle])
    sent(conn, late, now=NOW + timedelta(hours=1))
    assert days(found(admin, "out_of_hours")) == days(before)


def test_a_place_that_has_expired_is_judged_no_more_and_its_suspicion_stays(
    conn: Connection, admin: TestClient
) -> None:
    fence(admin, conn, "home", (-1, 1))
    evenings(conn)
    nights = found(admin, "not_returned")
    assert days(nights) == ["2026-07-01", "2026-07-02"]
    conn.execute("UPDATE track_retention SET emptied_until = '2026-07-02 12:00+08'")
    conn.execute(
        "UPDATE vehicle_segment SET start_latitude_deg = NULL, start_longitude_deg = NULL,"
        " end_latitude_deg = NULL, end_longitude_deg = NULL WHERE start_at < '2026-07-02 12:00+08'"
    )
    rule(admin, conn, "not_returned", "2026-01-01", return_min=1320)
    cut(conn)
    assert found(admin, "not_returned") == nights
