"""What holds from a day on holds from midnight of the place, not from midnight in UTC."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from psycopg import Connection

from api.routes.places.calendars import today
from domain.local_day import local_day
from store.alerts.alert_watch import watched
from store.contracts.contract import contracts
from store.meters.metrology import settlement_meters
from store.places.registry import write as write_registry
from tests.estate import estate
from tests.metered_building import meter_id, place_id

pytestmark = pytest.mark.db

ONE_IN_THE_NIGHT = datetime(2026, 6, 30, 17, tzinfo=UTC)
"""Of 1 July in Shanghai; still June in UTC."""
DAY = timedelta(days=1)


def elsewhere() -> tuple[str, date]:
    """A zone that has another day than UTC right now, and that day."""
    now = datetime.now(UTC)
    zone = "Pacific/Kiritimati" if now.hour >= 11 else "Pacific/Pago_Pago"
    return zone, local_day(now, ZoneInfo(zone))


def on_tariff(conn: Connection, first_day: date, end_day: date, declared_kw: int = 50) -> None:
    conn.execute(
        "INSERT INTO tariff (code, name_zh, name_en, medium)"
        " VALUES ('t', 't', 't', 'electricity') ON CONFLICT DO NOTHING"
    )
    conn.execute(
        "INSERT INTO meter_tariff (meter_id, tariff_id, during, declared_kw)"
        " SELECT %s, tariff_id, daterange(%s, %s), %s FROM tariff",
        [meter_id(conn, "school-meter-0"), first_day, end_day, declared_kw],
    )


def test_an_alert_is_held_against_the_demand_declared_on_the_local_day(
    superuser: Connection,
) -> None:
    zone, here = elsewhere()
    write_registry(superuser, estate(zone))
    on_tariff(superuser, here - 30 * DAY, here, 40)
    on_tariff(superuser, here, here + DAY, 50)
    on_tariff(superuser, here + DAY, here + 30 * DAY, 60)
    declared = {row.code: row.declared_kw for row in watched(superuser)}
    assert declared["school-device-0"] == 50


def test_a_year_without_a_calendar_is_asked_for_by_the_local_day() -> None:
    zone, here = elsewhere()
    assert today(zone) == here


def test_a_meter_settles_from_midnight_of_its_place_on(superuser: Connection) -> None:
    write_registry(superuser, estate())
    on_tariff(superuser, date(2026, 7, 1), date(2026, 8, 1))
    meter = meter_id(superuser, "school-meter-0")
    assert settlement_meters(superuser, ONE_IN_THE_NIGHT, meter_ids=[meter]) == [meter]
    before = ONE_IN_THE_NIGHT - timedelta(hours=2)
    assert settlement_meters(superuser, before, meter_ids=[meter]) == []
    assert settlement_meters(superuser, before + 31 * DAY, meter_ids=[meter]) == [meter]
    assert settlement_meters(superuser, ONE_IN_THE_NIGHT + 31 * DAY, meter_ids=[meter]) == []


def test_an_amendment_is_in_force_from_midnight_of_the_institution_on(
    superuser: Connection,
) -> None:
    write_registry(superuser, estate())
    superuser.execute("SET session_replication_role = replica")
    superuser.execute(
        "INSERT INTO contract (contract_id, code, name, organisation_id)"
        " OVERRIDING SYSTEM VALUE VALUES (1, 'c', 'c', %s)",
        [place_id(superuser, "school")],
    )
    superuser.execute(
        "INSERT INTO contract_version"
        " (contract_id, number, holds_from, document, sha256, reason, person_id)"
        " SELECT 1, number, holds_from, '{}', encode(sha256('{}'), 'hex'), 'minutes', 1"
        " FROM (VALUES (1, '2026-01-01'::date), (2, '2026-07-01')) AS v (number, holds_from)"
    )
    superuser.execute(
        "INSERT INTO contract_verdict (version_id, verdict, reason, person_id)"
        " SELECT version_id, 'checked', 'as agreed', 1 FROM contract_version"
    )
    superuser.execute("SET session_replication_role = origin")
    [night] = contracts(superuser, at=ONE_IN_THE_NIGHT)
    [evening] = contracts(superuser, at=ONE_IN_THE_NIGHT - timedelta(hours=2))
    assert (night.version, evening.version) == (2, 1)


def test_leave_to_read_tracks_ends_at_midnight_of_its_place(superuser: Connection) -> None:
    zone, here = elsewhere()
    write_registry(superuser, estate(zone))
    school = place_id(superuser, "school")
    superuser.execute("SET session_replication_role = replica")
    superuser.execute(
        "INSERT INTO person (person_id, login, name, password_hash)"
        " OVERRIDING SYSTEM VALUE VALUES (1, 'auditor', 'auditor', 'x')"
    )
    superuser.execute(
        "INSERT INTO vehicle_position VALUES (1, %s, '', tstzrange('2020-01-01', NULL))", [school]
    )
    allowed = {}
    for first in (here - DAY, here, here + DAY):
        superuser.execute("DELETE FROM track_access")
        superuser.execute(
            "INSERT INTO track_access (person_id, organisation_id, days, reason, granted_by)"
            " VALUES (1, %s, daterange(%s, %s), 'audit', 1)",
            [school, first, first + DAY],
        )
        superuser.execute("SELECT set_config('civicwatt.person', '1', false)")
        [(may,)] = superuser.execute("SELECT may_read_track(1)").fetchall()
        allowed[first - here] = may
    superuser.execute("SET session_replication_role = origin")
    assert allowed == {-DAY: False, timedelta(): True, DAY: False}
