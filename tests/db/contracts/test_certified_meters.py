"""A certificate that ends stands on the statement; a new one makes the draft anew."""

from collections.abc import Iterator
from typing import Any

import pytest
from psycopg import Connection

from tests.contracted_school import HOURS, compute, count, drawn, follow, planted_template, terms
from tests.db.contracts.desk import Desk
from tests.estate import NOW

pytestmark = pytest.mark.db


@pytest.fixture(scope="module")
def two_sides(database_server: str, template: str) -> Iterator[str]:
    """The school whose June can be drawn."""

    def to_the_end(conn: Connection) -> None:
        count(conn, "main", range(HOURS - 12, HOURS + 1))
        compute(conn, NOW)

    with planted_template(database_server, template, also=to_the_end) as name:
        yield name


def certify(desk: Desk, first: str, end: str, number: str) -> Any:
    """The manager enters a certificate of the main meter."""
    return desk.post(
        "manager", "certificates", meter="main", number=number, issuer="Metrology",
        accuracy_class="0.5S", verified_on=first, first_day=first, end_day=end,
    )  # fmt: skip


def remarks(statement: Any) -> dict[str, bool]:
    return {
        each["code"]: each["blocks"]
        for each in statement["remarks"]
        if each["code"].startswith("certificate") and each["place"] == "electricity"
    }


def test_a_certificate_that_ended_in_the_month_blocks_until_the_next_is_entered(
    desk: Desk, conn: Connection
) -> None:
    certify(desk, "2025-06-21", "2026-06-21", "T-1")
    contract = desk.agree(terms())
    made = drawn(desk, contract)
    assert remarks(made)["certificate_ended"] is True
    [told] = [each for each in made["remarks"] if each["code"] == "certificate_ended"]
    assert told["detail"].endswith("T-1 ended on 2026-06-21, 10 d of the month have none")
    assert "2026-06-21 到期" in told["detail_zh"]
    refused = desk.refused("director", f"statements/{made['id']}/acts", act="check")
    assert refused[0] == 409
    certify(desk, "2026-06-21", "2027-06-21", "T-2")
    assert follow(conn) == 1
    [newest, *_] = desk.get("manager", f"contracts/{contract}/statements")["items"]
    shown = desk.get("manager", f"statements/{newest['id']}")
    assert "certificate_ended" not in remarks(shown)
    assert desk.get("manager", f"statements/{newest['id']}/origins")["because"] == "certificate"
    assert desk.act("director", newest["id"], "check")["state"] == "checked"


def test_a_certificate_ended_later_proposes_nothing_to_what_both_have_signed(
    desk: Desk, conn: Connection
) -> None:
    """It changes no figure: the statement stays as it was signed."""
    certificate = certify(desk, "2025-06-21", "2026-07-21", "T-1")
    contract = desk.agree(terms())
    desk.signed(drawn(desk, contract)["id"])
    desk.post("manager", f"certificates/{certificate['id']}/end", on_day="2026-06-21",
              reason="the instrument failed its check")  # fmt: skip
    assert follow(conn) == 0
    assert desk.get("manager", "corrections", contract=contract)["items"] == []
