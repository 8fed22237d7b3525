"""Weather by the hour: which source counts, what is marked, and who is told."""

from datetime import UTC, date, datetime, timedelta

import pytest
from psycopg import Connection

from domain.fact import FactKind
from domain.registry import Device, DeviceKind, Registry
from domain.weather import Doubt
from domain.weather_hour import SourceKind, chosen, judged
from store.become import Role, become
from store.places.calendar import calendar_of_place
from store.places.fact import nearest_fact
from store.places.registry import write as write_registry
from store.places.weather_hour import put_hours, set_pull, station_hours, weather_sources
from tests.conftest import connected
from tests.db.conftest import add_people
from tests.estate import NOW, estate, say, store_messages

pytestmark = pytest.mark.db

START = datetime(2026, 7, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def sensor(code: str, place: str) -> Device:
    return Device(
        code, place, DeviceKind.CLIMATE_SENSOR, code, code, accept_back=timedelta(days=40_000)
    )


def measure(conn: Connection, code: str, *values: float) -> None:
    """Let a sensor say a temperature each hour."""
    for number, value in enumerate(values):
        at = (START + number * HOUR).isoformat()
        text = f'{{"ts": "{at}", "values": {{"air_temperature_c": {value}}}}}'
        store_messages(conn, [say(code, text.encode())])


def put(conn: Connection, place: str, kind: SourceKind, *values: float, source: str = "x") -> int:
    hours = {START + number * HOUR: value for number, value in enumerate(values)}
    return put_hours(conn, place_id(conn, place), kind, hours, source=source)


def place_id(conn: Connection, code: str) -> int:
    row = conn.execute("SELECT organisation_id FROM organisation WHERE code = %s", [code])
    found = row.fetchone()
    assert found is not None
    return int(found[0])


def used(conn: Connection, place: str, hours: int = 4) -> list[tuple[str, str, float]]:
    """Kind, station and temperature of each hour that counts at a place."""
    found = station_hours(conn, place_id(conn, place), START, START + hours * HOUR)
    return [(one.kind.value, one.station, one.mean_c) for one in chosen(found).values()]


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """The estate, with a sensor at the school's site and one at the bureau."""
    write_registry(superuser, estate())
    sensors = (sensor("site-air", "school-site"), sensor("roof-air", "bureau"))
    write_registry(superuser, Registry((), (), sensors))
    add_people(superuser)
    return superuser


def test_the_nearest_place_counts_and_there_the_sensor_before_the_pull_before_the_import(
    conn: Connection,
) -> None:
    put(conn, "school-site", SourceKind.IMPORTED, 26, 26, 27, 28)
    put(conn, "school-site", SourceKind.PULLED, 24, 24.5)
    measure(conn, "site-air", 30)
    measure(conn, "roof-air", 25, 25, 25, 25)
    assert used(conn, "school-building") == [
        ("sensor", "site-air", 30.0),
        ("pulled", "school-site", 24.5),
        ("imported", "school-site", 27.0),
        ("imported", "school-site", 28.0),
    ]
    assert {station for _, station, _ in used(conn, "hospital-building")} == {"roof-air"}


def test_an_hour_unlike_its_neighbours_is_marked_kept_and_looked_up_in_the_next_source(
    conn: Connection,
) -> None:
    measure(conn, "site-air", 30, 45)
    put(conn, "school-site", SourceKind.PULLED, 29, 29.5)
    put(conn, "hospital-site", SourceKind.PULLED, 30, 30)
    place = place_id(conn, "school-building")
    found = judged(station_hours(conn, place, START, START + 2 * HOUR))
    marked = [(each.told.station, each.told.mean_c, each.doubt) for each in found if each.doubt]
    assert marked == [("site-air", 45.0, Doubt.UNLIKE_NEIGHBOURS)]
    assert used(conn, "school-building") == [
        ("sensor", "site-air", 30.0),
        ("pulled", "school-site", 29.5),
    ]


def test_stations_of_another_city_are_no_neighbours(conn: Connection) -> None:
    for place, region in (("school", "510100"), ("hospital", "120000"), ("bureau", "440100")):
        conn.execute(
            "INSERT INTO place_region (organisation_id, region, during) "
            "VALUES (%s, %s, tstzrange(NULL, NULL))",
            [place_id(conn, place), region],
        )
    measure(conn, "site-air", 45)
    put(conn, "hospital-site", SourceKind.PULLED, 30)
    put(conn, "hospital", SourceKind.PULLED, 30)
    assert used(conn, "school-building") == [("sensor", "site-air", 45.0)]


def test_a_corrected_hour_supersedes_the_earlier_one_which_stays(conn: Connection) -> None:
    assert put(conn, "hospital", SourceKind.PULLED, 20, 21) == 2
    assert put(conn, "hospital", SourceKind.PULLED, 20, 21) == 0
    assert put(conn, "hospital", SourceKind.PULLED, 20, 22) == 1
    assert used(conn, "hospital") == [
        ("pulled", "hospital", 20.0),
        ("pulled", "hospital", 22.0),
    ]
    kept = conn.execute("SELECT count(*) FROM weather_hour WHERE superseded_at IS NOT NULL")
    assert kept.fetchone() == (1,)


def act_as(conn: Connection, login: str) -> None:
    row = conn.execute("SELECT person_id::text FROM person WHERE login = %s", [login]).fetchone()
    become(conn, Role.API)
    conn.execute("SELECT set_config('civicwatt.person', %s, true)", row or ("",))


def test_what_is_noted_above_a_person_counts_for_their_place_and_others_stay_unseen(
    conn: Connection, database: str
) -> None:
    measure(conn, "roof-air", 25)
    school, hospital = place_id(conn, "school"), place_id(conn, "hospital")
    conn.execute("INSERT INTO calendar VALUES ('term', 't', 't')")
    conn.execute(
        "INSERT INTO place_region SELECT organisation_id, '120000', tstzrange(NULL, NULL) "
        "FROM organisation WHERE code = 'bureau'"
    )
    conn.execute(
        "INSERT INTO place_calendar SELECT organisation_id, 'term', tstzrange(NULL, NULL) "
        "FROM organisation WHERE code = 'bureau'"
    )
    put(conn, "bureau", SourceKind.PULLED, 24)
    with connected(database) as other, other.transaction():
        act_as(other, "school")
        assert nearest_fact(other, school, FactKind.REGION, START) == "120000"
        assert nearest_fact(other, school, FactKind.CALENDAR, START) == "term"
        assert nearest_fact(other, hospital, FactKind.REGION, START) is None
        kinds = {one.kind for one in station_hours(other, school, START, START + HOUR)}
        assert kinds == {SourceKind.SENSOR, SourceKind.PULLED}
        assert list(station_hours(other, hospital, START, START + HOUR)) == []
        assert other.execute("SELECT count(*) FROM weather_hour").fetchone() == (0,)
    with connected(database, Role.WORK) as worker:
        assert nearest_fact(worker, hospital, FactKind.REGION, START) == "120000"
        assert len(list(station_hours(worker, hospital, START, START + HOUR))) == 2


def test_without_a_person_nobody_is_told_anything(conn: Connection, database: str) -> None:
    measure(conn, "roof-air", 25)
    school = place_id(conn, "school")
    with connected(database, Role.API) as other:
        assert list(station_hours(other, school, START, START + HOUR)) == []
        assert weather_sources(other, school) == []
        assert nearest_fact(other, school, FactKind.REGION, START) is None


def test_sources_are_told_in_the_order_in_which_they_count(conn: Connection) -> None:
    set_pull(conn, place_id(conn, "school-site"), "https://weather.example/v1", 39.1, 117.2)
    put(conn, "school", SourceKind.IMPORTED, 10)
    said = f'{{"air_temperature_c": [30, {int(START.timestamp() * 1000)}]}}'
    conn.execute(
        "INSERT INTO device_latest (device_id, ts, received_at, said) "
        "SELECT device_id, %s, %s, %s FROM device WHERE code = 'site-air'",
        [START, START, said],
    )
    found = weather_sources(conn, place_id(conn, "school-building"))
    assert [(row.step, row.kind, row.station, row.newest_c) for row in found] == [
        (1, "sensor", "site-air", 30.0),
        (1, "pulled", "school-site", None),
        (2, "imported", "school", 10.0),
        (3, "sensor", "roof-air", None),
    ]
    assert found[1].source == "https://weather.example/v1"


def test_a_calendar_may_be_noted_above_and_a_missing_year_still_is_an_error(
    conn: Connection,
) -> None:
    day = date(2026, 7, 1)
    conn.execute("INSERT INTO calendar VALUES ('cn', 'c', 'c') ON CONFLICT DO NOTHING")
    conn.execute("INSERT INTO calendar_year VALUES ('cn', 2026, false, 's')")
    conn.execute("INSERT INTO calendar_day VALUES ('cn', %s, 'workday', '', 's')", [day])
    found = calendar_of_place(conn, place_id(conn, "school-building"), day, day + timedelta(1))
    assert found.on(day).kind.value == "workday"


def test_an_hour_is_told_as_it_was_known_at_an_instant(conn: Connection) -> None:
    put(conn, "school", SourceKind.PULLED, 20.0, 21.0)
    row = conn.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None
    put(conn, "school", SourceKind.PULLED, 20.0, 25.0, 26.0)
    school = place_id(conn, "school")

    def known(as_of: datetime | None) -> list[float]:
        hours = station_hours(conn, school, START, START + 3 * HOUR, as_of=as_of)
        return [one.mean_c for one in chosen(hours).values()]

    assert known(None) == [20.0, 25.0, 26.0]
    assert known(row[0]) == [20.0, 21.0]
    assert known(row[0] - HOUR) == []


def test_a_sensor_that_was_heard_late_was_not_known_before(conn: Connection) -> None:
    measure(conn, "site-air", 20.0, 21.0)
    school = place_id(conn, "school-building")
    known = [
        len(list(station_hours(conn, school, START, START + 2 * HOUR, as_of=as_of)))
        for as_of in (NOW - HOUR, NOW)
    ]
    assert known == [0, 2]
