"""Up to when alerts are evaluated: what every page says, and never more than is true."""

from datetime import UTC, datetime, timedelta

import pytest

from analytics.jobs import watch
from tests.db.alerts.conftest import MINUTE, House
from tests.db.alerts.test_every_reading import DEVICE, arrive, arrive_late
from tests.db.conftest import V1, SignIn

pytestmark = pytest.mark.db


@pytest.mark.parametrize(
    ("live_min", "days_min", "pace"),
    [
        (None, None, "never"),
        (0, None, "days_behind"),
        (0, 30, "days_behind"),
        (0, 1, "current"),
        (10, 1, "behind"),
    ],
)
def test_every_page_is_told_how_far_evaluation_is_and_whether_it_keeps_up(
    house: House, sign_in: SignIn, live_min: int | None, days_min: int | None, pace: str
) -> None:
    house.conn.execute("DELETE FROM alert_progress")
    now = datetime.now(UTC)
    for part, minutes in (("live", live_min), ("days", days_min)):
        if minutes is not None:
            to = now - minutes * MINUTE
            house.conn.execute(
                "INSERT INTO alert_progress (part, evaluated_to, at) VALUES (%s, %s, %s)",
                [part, to, now],
            )
    told = sign_in("school").get(f"{V1}/evaluation").json()
    assert told["pace"] == pace
    assert (told["live_to"] is None, told["days_to"] is None) == (
        live_min is None,
        days_min is None,
    )


def test_what_came_late_and_waits_is_not_told_to_be_judged(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrive(house, DEVICE, ".")
    house.pass_by(10 * MINUTE)
    arrive(house, DEVICE, ".")
    house.look()
    arrive_late(house, DEVICE, "xxxx", ago=8)
    waits_since = house.now
    with monkeypatch.context() as busy:
        busy.setattr(watch, "_LATE_S", 0.0)
        house.pass_by(MINUTE)
        house.look()
        house.pass_by(timedelta(minutes=5))
        house.look()
    to = "SELECT evaluated_to FROM alert_progress WHERE part = 'live'"
    assert house.one(to) == waits_since
    house.pass_by(MINUTE)
    house.look()
    assert house.one("SELECT count(*) FROM alert") == 1
    house.pass_by(MINUTE)
    house.look()
    assert house.one(to) == house.now


def test_what_came_late_of_all_devices_is_judged_once_and_done_with(house: House) -> None:
    arrive(house, DEVICE, ".")
    house.pass_by(10 * MINUTE)
    arrive(house, DEVICE, ".")
    house.look()
    arrive_late(house, DEVICE, "xxxx", ago=8)
    for _ in range(3):
        house.pass_by(MINUTE)
        arrive(house, DEVICE, ".")
        house.look()
    judged_to = house.one("SELECT judged_to FROM alert_judged")
    assert judged_to == house.one("SELECT max(ts) FROM electricity_reading")
