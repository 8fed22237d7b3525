"""Four working days without gas: off, stuck, or silent with all others. The main tells."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

import numpy as np
import pytest
from psycopg import Connection

from analytics.jobs.consumption import update_consumption
from domain.consumption_flag import ConsumptionFlag
from domain.local_day import day_start
from domain.reading import Message
from domain.registry import Device, DeviceKind, Medium, Meter, MeterRole, Registry
from store.become import Role
from store.places.registry import write as write_registry
from tests.conftest import connected
from tests.estate import NOW, SHANGHAI, estate, say, store_messages

pytestmark = pytest.mark.db

PLACE = "school-building"
START = day_start(date(2026, 6, 1), SHANGHAI)  # a Monday
HOUR = timedelta(hours=1)
HOURS = 24 * 28
STAND = slice(24 * 14 + 5, 24 * 18 + 5)
"""From the third Monday, 05:00, to Friday, 05:00."""
Use = np.ndarray[tuple[int], np.dtype[np.float64]]


class Story(NamedTuple):
    """What really flowed in each hour, and whether the boiler's register saw it. [m3/h]."""

    boiler: Use
    kitchen: Use
    boiler_sticks: bool = False
    main_sticks: bool = False


def running() -> Use:
    hour = np.arange(HOURS) % 24
    return 8.0 + 6.0 * ((hour >= 7) & (hour < 19))


def paused(use: Use) -> Use:
    used = use.copy()
    used[STAND] = 0.0
    return used


KITCHEN = np.full(HOURS, 5.0)
OFF = Story(paused(running()), KITCHEN)
STUCK = Story(running(), KITCHEN, boiler_sticks=True)
OUTAGE = Story(running(), KITCHEN, boiler_sticks=True, main_sticks=True)


@pytest.fixture
def conn(superuser: Connection) -> Connection:
    """A gas main with a boiler and a kitchen below it; 1 m3/h is metered by nobody below."""
    tree = {"gas": (MeterRole.MAIN, None), "boiler": (MeterRole.SUB, "gas"),
            "kitchen": (MeterRole.SUB, "gas")}  # fmt: skip
    meters = tuple(
        Meter(code, PLACE, Medium.GAS, role, parent, code, code, "")
        for code, (role, parent) in tree.items()
    )
    devices = tuple(
        Device(f"{code}-device", PLACE, DeviceKind.GAS_METER, code, code, meter=code,
               accept_back=timedelta(days=1000))
        for code in tree
    )  # fmt: skip
    write_registry(superuser, Registry(estate(meters=0).organisations, meters, devices))
    return superuser


def heard(code: str, used: Use) -> list[Message]:
    """Every hour of a register that counts what was used."""
    register = 1000.0 + np.concatenate(([0.0], np.cumsum(used)))
    return [
        say(f"{code}-device", f'{{"ts": "{at(hour).isoformat()}", "values": {{"volume_m3": '
            f"{value!r}}}}}".encode())
        for hour, value in enumerate(register.tolist())
    ]  # fmt: skip


def at(hour: int) -> datetime:
    return START + hour * HOUR


def tell(conn: Connection, story: Story, order: Iterable[str]) -> None:
    """Let the three be heard one after the other, computed in between as the worker does."""
    main = story.boiler + story.kitchen + 1.0
    shown = {
        "gas": paused(main) if story.main_sticks else main,
        "boiler": paused(story.boiler) if story.boiler_sticks else story.boiler,
        "kitchen": paused(story.kitchen) if story.main_sticks else story.kitchen,
    }
    for number, code in enumerate(order):
        store_messages(conn, heard(code, shown[code]))
        with connected(conn.info.dsn, Role.WORK) as worker:
            for again in range(9):
                if not update_consumption(worker, now=NOW + timedelta(minutes=10 * number + again)):
                    break
            else:
                pytest.fail("the work list does not come to an end")


def of_boiler(conn: Connection) -> tuple[Sequence[float], bool]:
    """Hours of its stand that have a figure, and whether its register is thought frozen."""
    rows = conn.execute(
        "SELECT start_at, value FROM consumption JOIN meter m USING (meter_id)"
        " WHERE m.code = 'boiler' AND superseded_at IS NULL ORDER BY start_at"
    ).fetchall()
    holes = conn.execute(
        "SELECT flags FROM consumption_hole JOIN meter m USING (meter_id)"
        " WHERE m.code = 'boiler' AND superseded_at IS NULL AND flags & %s <> 0",
        [int(ConsumptionFlag.FROZEN)],
    ).fetchall()
    stand = [value for start, value in rows if at(STAND.start) <= start < at(STAND.stop)]
    return stand, len(rows) < HOURS and bool(holes)


ORDERS = [("gas", "kitchen", "boiler"), ("boiler", "kitchen", "gas"), ("kitchen", "boiler", "gas")]


@pytest.mark.parametrize("order", ORDERS)
def test_a_plant_that_is_off_below_a_main_that_falls_with_it_counts_known_zeros(
    conn: Connection, order: Sequence[str]
) -> None:
    tell(conn, OFF, order)
    assert of_boiler(conn) == ([0.0] * (STAND.stop - STAND.start), False)


@pytest.mark.parametrize("order", ORDERS)
def test_a_register_that_sticks_below_a_main_that_goes_on_is_frozen(
    conn: Connection, order: Sequence[str]
) -> None:
    tell(conn, STUCK, order)
    _, frozen = of_boiler(conn)
    assert frozen


def test_an_outage_of_all_of_them_is_no_witness(conn: Connection) -> None:
    tell(conn, OUTAGE, ORDERS[0])
    assert of_boiler(conn)[1]
