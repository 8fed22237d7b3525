"""The database holds the tree: whoever writes to it, a circle or a mix of media is refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import psycopg
import pytest
from psycopg import Connection

from analytics.jobs.virtual import update_virtual_meters
from domain.errors import MeterTreeError
from domain.formula import read_formula
from domain.registry import MeterRole
from store.become import Role
from store.meters.meter_tree import move
from store.meters.virtual_meter import set_formula
from tests.conftest import connected
from tests.estate import NOW
from tests.metered_building import (
    DAY,
    DAYS,
    FIRST,
    KW,
    compute,
    count,
    meter_id,
    place_id,
    plant,
)

pytestmark = pytest.mark.db

SECOND = FIRST + DAY


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    plant(superuser)
    return superuser


def hang(
    conn: Connection, code: str, parent: str | None, role: MeterRole, at: datetime = SECOND
) -> None:
    above = None if parent is None else meter_id(conn, parent)
    move(conn, meter_id(conn, code), at, place_id=place_id(conn), parent_id=above, role=role)


def virtual(conn: Connection, code: str, formula: str) -> int:
    conn.execute(
        "INSERT INTO meter (code, medium, quantity, name_zh, name_en) "
        "VALUES (%s, 'electricity', 'active_energy_import_kwh', 'v', 'v')",
        [code],
    )
    conn.execute(
        "INSERT INTO meter_position (meter_id, place_id, role, during) "
        "VALUES (%s, %s, 'virtual', tstzrange(NULL, NULL))",
        [meter_id(conn, code), place_id(conn)],
    )
    set_formula(conn, meter_id(conn, code), read_formula(formula), since=None)
    return meter_id(conn, code)


def days_of(conn: Connection, code: str) -> list[tuple[float, str]]:
    return conn.execute(
        "SELECT value, quantity_grade::text FROM consumption_day JOIN meter USING (meter_id) "
        "WHERE code = %s ORDER BY day",
        [code],
    ).fetchall()


def test_a_circle_is_refused_with_its_way_and_its_day(conn: Connection) -> None:
    wanted = "hvac would hang below itself from 2026-07-01T16:00Z: hvac > hvac-1 > hvac"
    with pytest.raises(MeterTreeError, match=wanted):
        hang(conn, "hvac", "hvac-1", MeterRole.SUB)


def test_a_meter_of_another_medium_is_refused(conn: Connection) -> None:
    wanted = "water counts water and cannot hang below main, which counts electricity"
    with pytest.raises(MeterTreeError, match=wanted):
        hang(conn, "water", "main", MeterRole.SUB)


def test_nothing_hangs_below_a_check_meter(conn: Connection) -> None:
    with pytest.raises(
        MeterTreeError, match="hvac cannot hang below check, which is a check meter"
    ):
        hang(conn, "hvac", "check", MeterRole.SUB)
    with pytest.raises(MeterTreeError, match="hvac cannot be a check meter: hvac-1 hangs below it"):
        hang(conn, "hvac", "main", MeterRole.CHECK)


def test_what_is_written_past_our_own_code_is_refused_too(conn: Connection) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="main would hang below itself"):
        conn.execute(
            "UPDATE meter_position SET parent_id = %s WHERE meter_id = %s",
            [meter_id(conn, "hvac-1"), meter_id(conn, "main")],
        )


def test_two_who_each_write_half_of_a_circle_do_not_both_succeed(conn: Connection) -> None:
    hang(conn, "light", None, MeterRole.MAIN)
    hang(conn, "hvac", None, MeterRole.MAIN)

    def one(half: tuple[str, str]) -> bool:
        with connected(conn.info.dsn) as other:
            try:
                with other.transaction():
                    hang(other, half[0], half[1], MeterRole.SUB, SECOND + DAY)
                    other.execute("SELECT pg_sleep(0.2)")
            except MeterTreeError:
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(one, [("light", "hvac"), ("hvac", "light")]))
    assert sorted(done) == [False, True]


def test_a_formula_computes_its_meter_like_any_other(conn: Connection) -> None:
    virtual(conn, "rest", "[main] - [light] - [hvac]")
    virtual(conn, "half", "0.5 * ([rest] + [light])")
    for code in ("main", "light", "hvac"):
        count(conn, code)
    compute(conn)
    wanted = 24 * (KW["main"] - KW["light"] - KW["hvac"])
    assert days_of(conn, "rest") == [(pytest.approx(wanted), "derived")] * DAYS
    half = 24 * (KW["main"] - KW["hvac"]) / 2
    assert days_of(conn, "half") == [(pytest.approx(half), "derived")] * DAYS
    with connected(conn.info.dsn, Role.WORK) as worker:
        assert update_virtual_meters(worker, now=FIRST) == 0


def test_late_readings_of_a_part_reach_the_virtual_meter(conn: Connection) -> None:
    virtual(conn, "rest", "[main] - [light]")
    count(conn, "main")
    count(conn, "light", range(25))
    compute(conn)
    assert len(days_of(conn, "rest")) == 1
    count(conn, "light", range(24, 49))
    compute(conn)
    assert (
        days_of(conn, "rest") == [(pytest.approx(24 * (KW["main"] - KW["light"])), "derived")] * 2
    )


def test_a_new_formula_counts_from_its_day_on_and_the_old_figures_stay_kept(
    conn: Connection,
) -> None:
    meter = virtual(conn, "some", "[main]")
    count(conn, "main")
    compute(conn)
    set_formula(conn, meter, read_formula("0.25 * [main]"), since=FIRST + 2 * DAY)
    compute(conn, NOW + DAY)
    values = [value for value, _ in days_of(conn, "some")]
    assert values == pytest.approx([960.0, 960.0, 240.0, 240.0])
    row = conn.execute(
        "SELECT sum(value) FROM consumption WHERE meter_id = %s AND superseded_at IS NOT NULL",
        [meter],
    ).fetchone()
    assert row == (pytest.approx(1920.0),)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("[main] + [nowhere]", r"there is no meter \[nowhere\]"),
        (
            "[main] + [water]",
            r"water counts water \(volume_m3\): the formula of new wants electricity",
        ),
        ("[main] - [check]", "check is a check meter, which is never summed"),
        ("[main] - [new]", "new would be computed from itself from the beginning: new > new"),
    ],
)
def test_a_formula_that_cannot_be_computed_is_refused(
    conn: Connection, formula: str, message: str
) -> None:
    with pytest.raises(MeterTreeError, match=message):
        virtual(conn, "new", formula)


def test_virtual_meters_that_need_each_other_are_refused(conn: Connection) -> None:
    one = virtual(conn, "one", "[main]")
    virtual(conn, "two", "[one] + [light]")
    with pytest.raises(
        MeterTreeError, match=r"one would be computed from itself .* one > two > one"
    ):
        set_formula(conn, one, read_formula("[main] - [two]"), since=SECOND)
    # Two formulas whose times do not meet are no circle.
    conn.execute(
        "UPDATE meter_formula SET during = tstzrange(NULL, %s) WHERE formula = '[one] + [light]'",
        [SECOND],
    )
    set_formula(conn, one, read_formula("[main] - [two]"), since=SECOND)
    # Then the second has no formula, and the first no figures: it is not computed from half.
    count(conn, "main")
    compute(conn)
    assert len(days_of(conn, "one")) == 1


def test_only_a_virtual_meter_has_a_formula(conn: Connection) -> None:
    with pytest.raises(
        MeterTreeError, match="hvac is a branch meter: only a virtual one has a formula"
    ):
        set_formula(conn, meter_id(conn, "hvac"), read_formula("[main]"), since=None)
    virtual(conn, "rest", "[main]")
    with pytest.raises(MeterTreeError, match="main cannot be a check meter: "):
        hang(conn, "main", None, MeterRole.CHECK)
    with pytest.raises(MeterTreeError, match="rest cannot be a sub meter: the formula of rest"):
        hang(conn, "rest", "main", MeterRole.SUB)
