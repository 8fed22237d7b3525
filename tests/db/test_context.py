"""Calendars and dated facts in the database: who sees them, who changes them, what they come to."""

from datetime import UTC, date, datetime
from fractions import Fraction

import psycopg
import pytest
from psycopg import Connection

from civicwatt.published_calendar import published_year, seed
from domain.calendar import CalendarDay, DayKind
from domain.errors import CalendarMissingError
from domain.fact import FactKind
from domain.statutory_holiday import provisional_year
from store.become import Role, become
from store.people.person import add_person, grant
from store.places.calendar import calendar_of_place, calendar_of_year, put_day, put_year
from store.places.fact import FactRow, administered_codes, facts, mean_fact, nearest_fact, set_fact
from store.places.place import organisations
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.estate import estate

pytestmark = pytest.mark.db

ZONE = "Asia/Shanghai"
TABLES = (
    "calendar", "calendar_year", "calendar_day", "heating_rule", "heating_season",
    "heating_rule_check", "heating_season_check", "headcount",
    "place_use", "climate_zone", "place_region", "place_calendar", "school_term", "place_event",
)  # fmt: skip


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """School and hospital, an administrator of the school, and the published calendar."""
    write_registry(superuser, estate())
    for login, role, place in (
        ("school", "institution_administrator", "school"),
        ("watch", "operator", "hospital"),
        ("admin", "system_administrator", "bureau"),
    ):
        add_person(superuser, login=login, name=login, password_hash="")
        grant(superuser, login=login, role=role, organisation=place)
    seed(superuser)
    return superuser


def place_id(conn: Connection, code: str) -> int:
    return next(row.id for row in organisations(conn) if row.code == code)


def fact(
    conn: Connection, code: str, kind: FactKind, value: str, *span: date | None
) -> list[FactRow]:
    first, end = (*span, None, None)[:2]
    row = FactRow(place_id(conn, code), code, kind, value, first, end, "test")
    return set_fact(conn, row, ZONE)


def act_as(conn: Connection, login: str) -> None:
    conn.execute("RESET ROLE")
    row = conn.execute("SELECT person_id::text FROM person WHERE login = %s", [login]).fetchone()
    become(conn, Role.API)
    conn.execute("SELECT set_config('civicwatt.person', %s, true)", row)


@pytest.mark.parametrize(("year", "workdays"), [(2023, 249), (2024, 251), (2025, 248), (2026, 248)])
def test_the_published_years_have_the_workdays_they_are_known_to_have(
    conn: Connection, year: int, workdays: int
) -> None:
    calendar = calendar_of_year(conn, "cn", year)
    assert calendar.workdays(date(year, 1, 1), date(year + 1, 1, 1)) == workdays
    assert not calendar.provisional


def test_weekends_worked_are_makeup_workdays(conn: Connection) -> None:
    calendar = calendar_of_year(conn, "cn", 2026)
    moved = [f"{d:%m-%d}" for d, e in calendar.days.items() if e.kind is DayKind.MAKEUP_WORKDAY]
    assert moved == ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]
    assert calendar.on(date(2026, 2, 14)).name == "春节"


def test_the_year_after_the_last_published_one_is_provisional_and_the_next_is_missing(
    conn: Connection,
) -> None:
    school = place_id(conn, "school")
    turn = calendar_of_place(conn, school, date(2026, 12, 1), date(2027, 2, 1))
    assert turn.is_provisional(date(2026, 12, 1), date(2027, 2, 1))
    assert not turn.is_provisional(date(2026, 12, 1), date(2027, 1, 1))
    with pytest.raises(CalendarMissingError, match="no entry for 2028"):
        calendar_of_place(conn, school, date(2027, 12, 1), date(2028, 2, 1))


def test_seeding_again_changes_nothing_and_never_what_a_person_has_entered(
    conn: Connection,
) -> None:
    entered = provisional_year(2027)
    put_year(conn, "cn", entered, provisional=False, source="by hand")
    put_day(conn, "cn", CalendarDay(date(2026, 3, 2), DayKind.HOLIDAY, "test", "by hand"))
    assert seed(conn) == []
    assert calendar_of_year(conn, "cn", 2026).on(date(2026, 3, 2)).kind is DayKind.HOLIDAY
    assert not calendar_of_year(conn, "cn", 2027).provisional


def test_a_year_with_a_day_too_few_is_not_written(conn: Connection) -> None:
    with pytest.raises(ValueError, match="want every day of one year once"):
        put_year(conn, "cn", published_year(2026)[:-1], provisional=False, source="x")
    assert calendar_of_year(conn, "cn", 2026).on(date(2026, 12, 31))


def test_a_place_works_by_its_own_calendar_from_the_day_it_says_so(conn: Connection) -> None:
    conn.execute("INSERT INTO calendar VALUES ('campus', '校历', 'Campus')")
    entries = [
        CalendarDay(e.day, DayKind.HOLIDAY if e.kind.works else e.kind)
        for e in published_year(2026)
    ]
    put_year(conn, "campus", entries, provisional=False, source="test")
    fact(conn, "school", FactKind.CALENDAR, "campus", date(2026, 6, 3))
    building = place_id(conn, "school-building")
    week = calendar_of_place(conn, building, date(2026, 6, 1), date(2026, 6, 6))
    assert [entry.kind.works for entry in week.days.values()] == [True, True, False, False, False]
    other = place_id(conn, "hospital-building")
    assert (
        calendar_of_place(conn, other, date(2026, 6, 1), date(2026, 6, 6)).workdays(
            date(2026, 6, 1), date(2026, 6, 6)
        )
        == 5
    )


def test_a_later_fact_ends_the_earlier_one_and_a_span_cuts_its_middle_out(conn: Connection) -> None:
    may, june = date(2026, 5, 1), date(2026, 6, 1)
    fact(conn, "school", FactKind.HEADCOUNT, "600")
    fact(conn, "school", FactKind.HEADCOUNT, "612", date(2026, 9, 1))
    replaced = fact(conn, "school", FactKind.HEADCOUNT, "40", may, june)
    assert [(row.value, row.first_day, row.end_day) for row in replaced] == [
        ("600", None, date(2026, 9, 1))
    ]
    found = facts(conn, place_id(conn, "school"), FactKind.HEADCOUNT)
    assert [(row.value, row.first_day, row.end_day) for row in found] == [
        ("600", None, may),
        ("40", may, june),
        ("600", june, date(2026, 9, 1)),
        ("612", date(2026, 9, 1), None),
    ]


def test_the_mean_of_an_institution_is_that_of_its_buildings_until_it_has_its_own(
    conn: Connection,
) -> None:
    school, year = place_id(conn, "school"), (date(2026, 1, 1), date(2027, 1, 1))
    fact(conn, "school-building", FactKind.FLOOR_AREA, "6000", date(2026, 7, 1))
    mean = mean_fact(conn, school, FactKind.FLOOR_AREA, *year)
    assert (mean.value, mean.whole) == (Fraction(5000 * 181 + 6000 * 184, 365), True)
    bureau = mean_fact(conn, place_id(conn, "bureau"), FactKind.FLOOR_AREA, *year)
    assert bureau.value == mean.value + 5000
    fact(conn, "school", FactKind.FLOOR_AREA, "7000.5")
    assert mean_fact(conn, school, FactKind.FLOOR_AREA, *year).value == Fraction("7000.5")


def test_a_climate_zone_holds_below_its_place_until_a_nearer_one(conn: Connection) -> None:
    at = datetime(2026, 7, 1, tzinfo=UTC)
    fact(conn, "bureau", FactKind.CLIMATE_ZONE, "cold")
    fact(conn, "hospital", FactKind.CLIMATE_ZONE, "mild")
    for code, zone in (("school-building", "cold"), ("hospital-building", "mild")):
        assert nearest_fact(conn, place_id(conn, code), FactKind.CLIMATE_ZONE, at) == zone


def test_an_area_of_zero_is_refused_by_the_database_too(conn: Connection) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="floor_area"):
        fact(conn, "school", FactKind.FLOOR_AREA, "0")


def test_without_a_person_there_is_nothing_to_see(conn: Connection, database: str) -> None:
    fact(conn, "school", FactKind.HEADCOUNT, "600")
    with connected(database, Role.API) as reader:
        for table in (*TABLES, "floor_area"):
            assert reader.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table


def test_facts_of_another_institution_are_neither_seen_nor_changed(conn: Connection) -> None:
    for code in ("school", "hospital"):
        fact(conn, code, FactKind.HEADCOUNT, "600")
    hospital = place_id(conn, "hospital")
    with conn.transaction():
        act_as(conn, "school")
        assert {row.code for row in facts(conn)} == {"school", "school-building"}
        assert administered_codes(conn) == {"school", "school-site", "school-building"}
        fact(conn, "school", FactKind.HEADCOUNT, "601", date(2026, 1, 1))
        row = FactRow(hospital, "hospital", FactKind.HEADCOUNT, "1", None, None, "")
        with pytest.raises(psycopg.errors.InsufficientPrivilege), conn.transaction():
            set_fact(conn, row, ZONE)
    conn.execute("RESET ROLE")
    assert [row.value for row in facts(conn, hospital, FactKind.HEADCOUNT)] == ["600"]


def test_an_operator_changes_no_fact_and_no_calendar(conn: Connection) -> None:
    with conn.transaction():
        act_as(conn, "watch")
        assert administered_codes(conn) == set()
        with pytest.raises(psycopg.errors.InsufficientPrivilege), conn.transaction():
            fact(conn, "hospital", FactKind.HEADCOUNT, "1")
        with pytest.raises(CalendarMissingError):
            put_day(conn, "cn", CalendarDay(date(2026, 3, 2), DayKind.HOLIDAY))
        with pytest.raises(psycopg.errors.InsufficientPrivilege), conn.transaction():
            put_year(conn, "cn", provisional_year(2028), provisional=True, source="x")
