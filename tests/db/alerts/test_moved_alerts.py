"""What stands while its place moves goes over to the new desk; the old one keeps its history."""

from datetime import UTC, datetime, timedelta

import pytest

from analytics.jobs.alert_hand_over import hand_over
from tests.db.alerts.conftest import MINUTE, House
from tests.db.conftest import V1, SignIn
from tests.estate import SHANGHAI

pytestmark = pytest.mark.db

LOW, GOOD = '"voltage_a_v": 190.0', '"voltage_a_v": 230.0'
TOLD, PENDING = "school-device-0", "school-device-1"


def say(house: House, values: str, times: int, *devices: str) -> None:
    for _ in range(times):
        house.say(values, *devices)
        house.look()
        house.pass_by(MINUTE)


def seen(sign_in: SignIn, login: str, which: str) -> list[int]:
    """Ids of alerts that somebody sees."""
    answer = sign_in(login).get(f"{V1}/alerts", params={"which": which})
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["items"]]


def acts(house: House, alert_id: int) -> list[str]:
    rows = house.rows(
        "SELECT act FROM alert_event WHERE alert_id = %s ORDER BY alert_event_id", alert_id
    )
    return [str(row["act"]) for row in rows]


def test_an_open_alert_goes_over_to_the_desk_of_the_institution_its_building_moves_to(
    house: House, sign_in: SignIn
) -> None:
    say(house, LOW, 3, TOLD)
    say(house, LOW, 1, TOLD, PENDING)
    [old] = seen(sign_in, "school", "standing")
    assert hand_over(house.work, now=house.now) == 0
    moved = {"day": str(datetime.now(UTC).astimezone(SHANGHAI).date()), "parent": "hospital-site"}
    path = f"{V1}/organisations/school-building/positions"
    answer = sign_in("admin").post(path, json={**moved, "reason": "划转"})
    assert answer.status_code == 201, answer.text
    house.pass_by(timedelta(days=1))
    assert hand_over(house.work, now=house.now) == 2
    assert hand_over(house.work, now=house.now) == 0

    [new] = seen(sign_in, "hospital", "standing")
    assert new != old
    assert seen(sign_in, "hospital", "resolved") == []
    assert (seen(sign_in, "school", "standing"), seen(sign_in, "school", "resolved")) == ([], [old])
    assert (acts(house, old), acts(house, new)) == (["pend", "open", "hand_over"], ["hand_over"])
    [row] = house.rows("SELECT * FROM alert WHERE alert_id = %s", new)
    assert (row["state"], row["actual"], row["expected"]) == ("open", 190.0, 198.0)
    told = "SELECT count(*) FROM alert_interruption WHERE alert_id = %s AND desk_id = %s"
    assert house.one(told, new, row["desk_id"]) == 1

    say(house, LOW, 3, TOLD, PENDING)
    standing = "SELECT rule FROM alert WHERE state = 'open' AND desk_id = %s"
    assert len(house.rows(standing, row["desk_id"])) == 2  # the pending one opened there
    say(house, GOOD, 12, TOLD, PENDING)
    assert seen(sign_in, "hospital", "standing") == []
    assert acts(house, old)[-1] == "hand_over"
    assert acts(house, new) == ["hand_over", "resolve"]
