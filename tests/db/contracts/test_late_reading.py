"""One late reading makes drafts anew, and leaves signed statements as they are with a proposal."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from psycopg import Connection

from tests.contracted_school import (
    BILLED,
    HOURS,
    compute,
    count,
    drawn,
    follow,
    planted_template,
    terms,
)
from tests.db.contracts.desk import Desk
from tests.estate import NOW

pytestmark = pytest.mark.db

MORE = Decimal("71.54")
"""100 kWh more than usual in the 13 hours without readings, 5 at 0.90 and 8 at 0.60 CNY/kWh."""
_HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def two_sides(database_server: str, template: str) -> Iterator[str]:
    """The school whose main meter was not heard in the last half day of June."""
    with planted_template(database_server, template) as name:
        yield name


def late_reading(conn: Connection, *, more: float = 100.0) -> None:
    """The register of the last midnight of June comes through the intake after all."""
    count(conn, "main", [HOURS], more=more)
    compute(conn, NOW + _HOUR)


def billed(statement: dict[str, Any]) -> Decimal:
    return Decimal(next(each["amount"] for each in statement["totals"] if each["symbol"] == "U"))


def newest(desk: Desk, contract: int) -> Any:
    head = desk.get("engineer", f"contracts/{contract}/statements")["items"][0]
    return desk.get("engineer", f"statements/{head['id']}")


def proposed(desk: Desk, contract: int) -> list[dict[str, Any]]:
    return list(desk.get("engineer", "corrections", contract=contract)["items"])


def test_a_draft_is_made_anew_once_it_has_been_quiet(conn: Connection, desk: Desk) -> None:
    contract = desk.agree(terms())
    before = drawn(desk, contract)
    assert billed(before) == BILLED
    late_reading(conn)
    assert follow(conn, later=-2 * _HOUR) == 0, "what may still change is left alone"
    assert follow(conn) == 1
    after = newest(desk, contract)
    assert billed(after) == BILLED + MORE
    assert (after["revision"], after["state"], after["maker"]) == (2, "draft", None)
    told = desk.get("engineer", f"statements/{after['id']}/origins")
    assert told["because"] == "consumption"
    assert desk.get("engineer", f"statements/{before['id']}")["state"] == "superseded"


def test_what_a_draft_would_change_by_is_told_with_the_meter(conn: Connection, desk: Desk) -> None:
    contract = desk.agree(terms())
    before = drawn(desk, contract)
    row = conn.execute(
        "SELECT meter_id, now() FROM meter JOIN contract_source USING (meter_id) "
        "WHERE code = 'main'"
    ).fetchone()
    assert row is not None
    late_reading(conn)
    follow(conn)
    june = {"first_day": "2026-06-30", "end_day": "2026-07-01", "before": row[1].isoformat()}
    told = desk.get("manager", f"meters/{row[0]}/correction-effect", **june)
    [month] = told["statements"]
    assert (month["period"], month["before_id"]) == ("2026-06", before["id"])
    assert month["after_id"] == newest(desk, contract)["id"]
    assert Decimal(month["before"]) - Decimal(month["after"]) == MORE
    assert month["proposed_of"] is None


def test_a_checked_statement_goes_back_to_a_draft(conn: Connection, desk: Desk) -> None:
    contract = desk.agree(terms())
    desk.act("director", drawn(desk, contract)["id"], "check")
    late_reading(conn)
    assert follow(conn) == 1
    assert newest(desk, contract)["state"] == "draft"


def test_a_signed_statement_stays_and_its_reversal_is_proposed(
    conn: Connection, desk: Desk
) -> None:
    contract = desk.agree(terms())
    signed = desk.signed(drawn(desk, contract)["id"])
    late_reading(conn)
    assert follow(conn) == 1
    assert newest(desk, contract) == signed
    [found] = proposed(desk, contract)
    assert (found["state"], found["statement_id"]) == ("open", signed["id"])
    assert Decimal(found["difference"]) == -MORE
    [line] = found["lines"]
    assert (line["line"], line["side"]) == ("electricity", "bills")
    assert Decimal(line["now"]) - Decimal(line["signed"]) == MORE


def test_looking_again_proposes_nothing_more(conn: Connection, desk: Desk) -> None:
    contract = desk.agree(terms())
    desk.signed(drawn(desk, contract)["id"])
    late_reading(conn)
    assert follow(conn) == 1
    for days in (0, 2, 4):
        assert follow(conn, later=timedelta(days=days)) == 0
    assert len(proposed(desk, contract)) == 1


def test_both_parties_accept_and_sign_reversal_and_replacement(
    conn: Connection, desk: Desk
) -> None:
    contract = desk.agree(terms())
    signed = desk.signed(drawn(desk, contract)["id"])
    late_reading(conn)
    follow(conn)
    [found] = proposed(desk, contract)
    path = f"corrections/{found['id']}/decisions"
    one = desk.post("manager", path, verdict="accepted", reason="the register was read late")
    assert (one["state"], one["statements"]) == ("open", None)
    assert desk.refused("accountant", path, verdict="accepted", reason="again")[0] == 409
    both = desk.post("engineer", path, verdict="accepted", reason="agreed")
    assert both["state"] == "accepted"
    made = both["statements"]
    replacement = desk.get("engineer", f"statements/{made['id']}")
    assert replacement["sha256"] == found["sha256"]
    assert (replacement["state"], replacement["cause"]) == ("draft", "late")
    assert desk.get("engineer", f"statements/{signed['id']}")["state"] == "signed"
    desk.signed(made["reversal"])
    assert desk.get("engineer", f"statements/{signed['id']}")["state"] == "reversed"
    assert billed(desk.signed(made["id"])) == BILLED + MORE
    assert desk.get("engineer", f"statements/{made['id']}/origins")["because"] == "consumption"
    assert follow(conn, later=timedelta(days=2)) == 0


def test_a_dismissed_correction_is_not_proposed_again(conn: Connection, desk: Desk) -> None:
    contract = desk.agree(terms())
    signed = desk.signed(drawn(desk, contract)["id"])
    late_reading(conn)
    follow(conn)
    [found] = proposed(desk, contract)
    path = f"corrections/{found['id']}/decisions"
    assert desk.refused("engineer", path, verdict="dismissed", reason=" ")[0] == 422
    told = desk.post("engineer", path, verdict="dismissed", reason="below what we settle for")
    assert told["state"] == "dismissed"
    assert desk.refused("manager", path, verdict="accepted", reason="but still")[0] == 409
    assert follow(conn, later=timedelta(days=2)) == 0
    assert proposed(desk, contract) == [told]
    assert newest(desk, contract) == signed


def test_a_correction_that_no_longer_holds_is_withdrawn(conn: Connection, desk: Desk) -> None:
    contract = desk.agree(terms())
    desk.signed(drawn(desk, contract)["id"])
    late_reading(conn)
    follow(conn)
    # The reading turns out to be wrong and is left out; the rule of substitution holds again.
    conn.execute(
        "INSERT INTO reading_edit (device_id, ts, quantity, value, person_id, reason)"
        " SELECT d.device_id, '2026-06-30T16:00Z', 'active_energy_import_kwh', NULL, p.person_id,"
        " 'read wrongly' FROM device d, person p"
        " WHERE d.code = 'main-device' AND p.login = 'manager'"
    )
    compute(conn, NOW + 2 * _HOUR)
    assert follow(conn) == 0
    [found] = proposed(desk, contract)
    assert found["state"] == "withdrawn"
    assert found["decisions"][0]["person"] is None


def test_a_usual_late_reading_changes_no_figure_and_proposes_nothing(
    conn: Connection, desk: Desk
) -> None:
    """The rule of substitution put just what was used: nothing is to be corrected."""
    contract = desk.agree(terms())
    signed = desk.signed(drawn(desk, contract)["id"])
    late_reading(conn, more=0.0)
    assert follow(conn) == 0
    assert proposed(desk, contract) == []
    assert newest(desk, contract) == signed
