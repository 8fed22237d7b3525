"""A utility cuts the day anew: shares of the baseline are read out of its interval data.

June of the school: 24 kWh an hour less 1.5 of the charger, of which the main meter lacks the last
day. From July on 10:00 to 14:00 is the peak and midnight to 06:00 the valley.
"""

from collections.abc import Iterator

import pytest
from psycopg import Connection

from store.money.tariff import revise_tariff
from tests.contracted_school import planted_template, terms
from tests.db.contracts.desk import Desk

pytestmark = pytest.mark.db

ANEW = """
schema = "tariff/1"
code = "school-tou"
medium = "electricity"
name_zh = "school-tou"
name_en = "school-tou"
[[version]]
first_day = 2026-07-01
source = "notice 8"
checked = false
[[version.window]]
period = "valley"
hours = ["00:00-06:00"]
[[version.window]]
period = "peak"
hours = ["10:00-14:00"]
[[version.component]]
name = "energy"
floats = true
prices = { peak = 1.00, flat = 0.60, valley = 0.20 }
"""
SHARES = {"peak": "0.166667", "flat": "0.583333", "valley": "0.250000"}
"""4, 14 and 6 of 24 hours."""
ASKED = {"line": "electricity", "on": "2026-07-01", "first_day": "2026-06-01", "months": 1}


@pytest.fixture(scope="module")
def two_sides(database_server: str, template: str) -> Iterator[str]:
    """The school whose June is in its registers."""
    with planted_template(database_server, template, cut_anew) as name:
        yield name


def cut_anew(conn: Connection) -> None:
    row = conn.execute("SELECT tariff_id FROM tariff WHERE code = 'school-tou'").fetchone()
    assert row is not None
    revise_tariff(conn, row[0], ANEW, place="notice 8")


def test_shares_by_the_new_periods_are_worked_out_of_the_intervals(desk: Desk) -> None:
    contract = desk.agree(terms())
    path = f"contracts/{contract}/events/shares"
    found = desk.get("manager", path, **ASKED)
    assert found["tariff"] == "school-tou/2026-07-01"
    (june,) = found["months"]
    assert june["shares"] == SHARES
    assert (june["month"], june["days"], june["missing_days"]) == ("2026-06-01", 29, 1)
    assert float(june["quantity"]) == 15660  # 29 x 24 x (24 - 1.5)
    event = {
        "line": "electricity", "first_day": "2026-07-01", "tariff": found["tariff"],
        "basis": "intervals", "shares": [june["shares"]], "document": "minutes 4",
        "signed_by": ["A", "B"],
    }  # fmt: skip
    desk.post("manager", f"contracts/{contract}/events", kind="redefinitions", event=event)


def test_what_the_intervals_do_not_tell_is_no_share(desk: Desk) -> None:
    contract = desk.agree(terms())
    path = f"contracts/{contract}/events/shares"

    def refused(**other: object) -> tuple[int, str]:
        answer = desk.ask("manager", "GET", path, params=ASKED | other)
        return answer.status_code, answer.text

    status, why = refused(first_day="2026-05-01", months=2)
    assert (status, "1 of 31 d of 2026-05 are known of every meter" in why) == (409, True)
    status, why = refused(line="water")
    assert (status, "has no periods on 2026-07-01" in why) == (409, True)
    assert refused(line="gas")[0] == 422
    assert refused(first_day="2026-06-02")[0] == 422
    blind = desk.ask("engineer", "GET", path, params=ASKED)
    assert blind.status_code == 409, "they see none of the meters"
