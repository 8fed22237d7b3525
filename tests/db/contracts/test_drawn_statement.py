"""A statement is drawn from registers, prices and bills in the store; what they lack is named."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from psycopg import Connection

from domain.power_factor_file import power_factor_tables
from store.money.bill import BillLineRow, add_bill
from store.money.power_factor import check_table
from tests.contracted_school import (
    BILLED,
    BY_PERIOD,
    END,
    END_DAY,
    FEE,
    FIRST,
    FIRST_DAY,
    HOURS,
    compute,
    count,
    drawn,
    follow,
    meter_id,
    planted_template,
    terms,
)
from tests.db.contracts.desk import Desk
from tests.estate import NOW, say, store_messages
from tests.supply import put_account

pytestmark = pytest.mark.db

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def two_sides(database_server: str, template: str) -> Iterator[str]:
    """The school whose June can be drawn."""
    with planted_template(database_server, template) as name:
        yield name


def whole_june(conn: Connection) -> None:
    """Let the main meter be heard to the end of June, with its usual use."""
    count(conn, "main", range(HOURS - 12, HOURS + 1))
    compute(conn, NOW + HOUR)


def totals(statement: dict[str, Any]) -> dict[str, Any]:
    return {each["symbol"]: each["amount"] for each in statement["totals"]}


def blocking(statement: dict[str, Any]) -> set[str]:
    return {each["code"] for each in statement["remarks"] if each["blocks"]}


def origins(desk: Desk, statement: int) -> dict[tuple[str, str], dict[str, Any]]:
    found = desk.get("manager", f"statements/{statement}/origins")["origins"]
    return {(each["what"], each["name"]): each for each in found}


def test_june_follows_from_registers_and_checked_prices(conn: Connection, desk: Desk) -> None:
    whole_june(conn)
    found = drawn(desk, desk.agree(terms()))
    assert Decimal(totals(found)["F"]) == FEE
    assert Decimal(totals(found)["U"]) == BILLED
    assert Decimal(found["amount"]) == FEE - BILLED
    assert found["cause"] == "ledger"
    assert blocking(found) == set()
    used = [
        Decimal(step["value"])
        for line in found["lines"]
        for step in line["steps"]
        if (line["code"], line["side"], step["symbol"]) == ("electricity", "bills", "Q")
    ]
    assert used == [3 * BY_PERIOD]


def test_a_hand_over_tells_the_registers_that_were_read_at_its_end(
    conn: Connection, desk: Desk
) -> None:
    whole_june(conn)
    contract = desk.agree(terms(**{"end_day = 2027-05-01": "end_day = 2026-07-01"}))
    june = desk.signed(drawn(desk, contract)["id"])
    path = f"contracts/{contract}/statements"
    told = desk.post("engineer", path, kind="hand_over")["registers"]
    assert {each["meter"]: each["last"] for each in told} == {
        "main-e": {"flat": "18280"}, "charger": {"flat": "2080"}, "water": {"flat": "1360"}
    }  # fmt: skip
    used = desk.get("manager", f"statements/{june['id']}/inputs")["month"]["uses"]
    assert next(each for each in used if each["meter"] == "water")["quantities"] == {"flat": "360"}


def test_a_register_that_was_not_read_at_the_end_is_not_told(desk: Desk) -> None:
    """The main meter was last heard twelve hours before the end of June."""
    found = drawn(desk, desk.agree(terms()))
    uses = desk.get("manager", f"statements/{found['id']}/inputs")["month"]["uses"]
    assert {each["meter"] for each in uses if "last" in each} == {"charger", "water"}


def test_every_figure_leads_to_where_it_comes_from(conn: Connection, desk: Desk) -> None:
    whole_june(conn)
    told = origins(desk, drawn(desk, desk.agree(terms()))["id"])
    use = told["use", "main-e"]["refers"]
    assert use["meter_id"] == meter_id(conn, "main")
    assert use["opening"] == {"ts": "2026-05-31T16:00:00Z", "register": "1000"}
    assert use["closing"] == {"ts": "2026-06-30T16:00:00Z", "register": "18280"}
    price = told["price", "electricity"]["refers"]
    assert (price["tariff"], price["checked_by"]) == ("school-tou", "checker")
    assert price["periods"] == "school-tou/2026-01-01"
    assert told["kpi", "temperature"]["source"] == "entered"


def test_drawing_it_again_adds_nothing(conn: Connection, desk: Desk) -> None:
    whole_june(conn)
    contract = desk.agree(terms())
    first = drawn(desk, contract)
    assert drawn(desk, contract)["id"] == first["id"]
    assert follow(conn, later=timedelta(days=2)) == 0
    [only] = desk.get("manager", f"contracts/{contract}/statements")["items"]
    assert only["revision"] == 1


def test_days_without_readings_are_substituted_by_the_contracts_rule_and_it_is_said(
    desk: Desk,
) -> None:
    found = drawn(desk, desk.agree(terms()))
    assert origins(desk, found["id"])["use", "main-e"]["refers"]["missing_days"] == 1
    assert "substituted" in {each["code"] for each in found["remarks"]}
    assert Decimal(totals(found)["U"]) == BILLED


def test_a_meter_the_registry_lacks_is_named_and_nothing_stands_in_its_place(
    desk: Desk,
) -> None:
    unknown = '"water", line = "water"'
    text = terms(**{unknown: '"water-2", line = "water"'})
    found = drawn(desk, desk.agree(text))
    missing = {key: each["code"] for key, each in origins(desk, found["id"]).items()
               if each["source"] == "missing"}  # fmt: skip
    assert missing == {("use", "water-2"): "meter"}
    assert {"use", "price"} <= blocking(found)
    assert totals(found)["U"] is None
    assert found["amount"] is None


def test_what_was_entered_fills_a_gap(desk: Desk) -> None:
    unknown = '"water", line = "water"'
    text = terms(**{unknown: '"water-2", line = "water"'})
    price = {"line": "water", "prices": {"flat": "8.15"}, "source": "notice 8", "checked_by": "A"}
    entered = {
        "uses": [{"meter": "water-2", "quantities": {"flat": "360"}}],
        "prices": [price],
    }
    found = drawn(desk, desk.agree(text), **entered)
    assert Decimal(totals(found)["U"]) == BILLED
    assert origins(desk, found["id"])["use", "water-2"]["source"] == "entered"


def test_a_contract_that_begins_in_june_is_drawn_for_its_days(conn: Connection, desk: Desk) -> None:
    whole_june(conn)
    found = drawn(desk, desk.agree(terms(date(2026, 6, 11))))
    assert (found["first_day"], found["end_day"]) == ("2026-06-11", "2026-07-01")
    assert Decimal(totals(found)["U"]) == (BILLED * 2 / 3).quantize(Decimal("0.01"))
    use = origins(desk, found["id"])["use", "main-e"]["refers"]
    assert use["opening"] == {"ts": "2026-06-10T16:00:00Z", "register": "6760"}


def test_a_bill_counts_instead_of_quantity_times_price(conn: Connection, desk: Desk) -> None:
    whole_june(conn)
    contract = desk.agree(terms())
    bill(conn, "E-6", "9000.00")
    found = drawn(desk, contract)
    # The charger is outside: 360 kWh in each period, at the month's prices.
    assert Decimal(totals(found)["U"]) == Decimal("9000.00") - Decimal("648.00") + Decimal(
        "2934.00"
    )
    told = origins(desk, found["id"])["bill", "electricity"]["refers"]
    assert (told["number"], told["meter"]) == ("E-6", "main")


def test_a_bill_that_comes_later_makes_the_draft_anew(conn: Connection, desk: Desk) -> None:
    whole_june(conn)
    contract = desk.agree(terms())
    before = drawn(desk, contract)
    bill(conn, "E-6", "9000.00")
    assert follow(conn) == 1
    newest = desk.get("manager", f"contracts/{contract}/statements")["items"][0]
    assert (newest["revision"], newest["maker"], newest["state"]) == (2, None, "draft")
    assert newest["sha256"] != before["sha256"]
    told = desk.get("manager", f"statements/{newest['id']}/origins")
    assert told["because"] == "bill"
    assert told["entered"]["kpis"][0]["kpi"] == "temperature"


def test_what_cannot_be_drawn_is_refused_with_its_reason(conn: Connection, desk: Desk) -> None:
    running = terms(**{"end_day = 2027-05-01": "end_day = 2999-01-01"})
    contract = desk.agree(running)
    path = f"contracts/{contract}/drawings"
    assert desk.refused("manager", path, month="2998-12") == (409, "month_not_over")
    assert desk.refused("manager", path, month="2026-04")[0] == 409
    assert desk.refused("manager", path, month="2026-06", entered={"uses": [{}]})[0] == 422
    blind = desk.refused("engineer", path, month="2026-06")
    assert blind == (409, "meters_not_seen")
    assert conn.execute("SELECT count(*) FROM statement").fetchone() == (0,)


def bill(conn: Connection, number: str, amount: str) -> None:
    """A bill of June, of the main meter."""
    line = BillLineRow("energy", None, None, None, Decimal(amount))
    add_bill(
        conn,
        meter_id(conn, "main"),
        number,
        days=(FIRST_DAY, END_DAY),
        instants=(FIRST, END),
        lines=[line],
        source="test",
    )


def test_a_price_somebody_checks_later_stands_no_longer_against_signing(
    conn: Connection, desk: Desk
) -> None:
    whole_june(conn)
    conn.execute("TRUNCATE tariff_version_check")
    contract = desk.agree(terms())
    assert blocking(drawn(desk, contract)) == {"price_unchecked"}
    conn.execute(
        "INSERT INTO tariff_version_check (tariff_version_id, checked_by, document)"
        " SELECT tariff_version_id, 'checker', 'notice 7' FROM tariff_version"
    )
    assert follow(conn) == 1
    [newest, _] = desk.get("manager", f"contracts/{contract}/statements")["items"]
    assert blocking(desk.get("manager", f"statements/{newest['id']}")) == set()
    assert desk.get("manager", f"statements/{newest['id']}/origins")["because"] == "price"


def test_what_is_agreed_later_makes_the_draft_anew(conn: Connection, desk: Desk) -> None:
    whole_june(conn)
    contract = desk.agree(terms())
    drawn(desk, contract)
    event = {
        "line": "electricity",
        "first_day": "2026-06-10",
        "end_day": "2026-06-12",
        "quantity": "1000",
        "reason": "great event",
        "document": "minutes of 9 June",
        "signed_by": ["A", "B"],
    }
    desk.post("manager", f"contracts/{contract}/events", kind="agreed", event=event)
    assert follow(conn) == 1
    newest = desk.get("manager", f"contracts/{contract}/statements")["items"][0]
    more = (Decimal(1000) * Decimal("0.645") * Decimal("0.95")).quantize(Decimal("0.01"))
    found = desk.get("manager", f"statements/{newest['id']}")
    assert Decimal(totals(found)["F"]) == FEE + more


def test_figures_that_somebody_typed_since_follow_nobody(conn: Connection, desk: Desk) -> None:
    contract = desk.agree(terms())
    drawn(desk, contract)
    figures = {"uses": [{"meter": "main-e", "quantities": {"flat": "1"}}]}
    typed = desk.post(
        "accountant", f"contracts/{contract}/statements", month="2026-06", figures=figures
    )
    whole_june(conn)
    assert follow(conn) == 0
    newest = desk.get("manager", f"contracts/{contract}/statements")["items"][0]
    assert (newest["id"], newest["maker"]) == (typed["id"], "accountant")


def test_a_late_bill_is_borne_in_the_open_month_where_the_contract_says_so(
    conn: Connection, desk: Desk
) -> None:
    whole_june(conn)
    clause = 'late_bills = "current_month"\nutilities_paid_by'
    contract = desk.agree(terms(utilities_paid_by=clause))
    june = desk.signed(drawn(desk, contract)["id"])
    july = drawn(desk, contract, month="2026-07")
    bill(conn, "E-6", "9000.00")
    assert follow(conn) == 1
    assert desk.get("engineer", "corrections", contract=contract)["items"] == []
    assert desk.get("engineer", f"statements/{june['id']}") == june
    newest = desk.get("manager", f"contracts/{contract}/statements")["items"][0]
    assert (newest["period"], newest["revision"]) == ("2026-07", july["revision"] + 1)
    told = desk.get("manager", f"statements/{newest['id']}/inputs")["month"]["bills"]
    assert [(each["number"], each["amount"]) for each in told] == [("E-6", "9000")]


def test_another_register_of_a_meter_counts_for_its_own_line(conn: Connection, desk: Desk) -> None:
    whole_june(conn)
    told = [
        say(
            "main-device",
            f'{{"ts": "{(FIRST + hour * HOUR).isoformat()}",'
            f' "values": {{"reactive_energy_import_kvarh": {500 + 12 * hour}}}}}'.encode(),
        )
        for hour in range(HOURS + 1)
    ]
    store_messages(conn, told)
    kvarh = '"main-kvarh", line = "pf", ledger = "main/reactive_energy_import_kvarh"'
    water = '    { code = "water", line = "water" },\n'
    line = (
        '[[contract.lines]]\ncode = "pf"\nkind = "power_factor"\nname_zh = "力调"\n'
        'name_en = "Power factor"\nof = ["electricity"]\npercent = 1.0\nstandard = "0.90"\n\n'
    )
    kpis = "[[contract.kpis]]"
    text = terms(**{water: f"{water}    {{ code = {kvarh} }},\n", kpis: line + kpis})
    found = drawn(desk, desk.agree(text))
    uses = desk.get("manager", f"statements/{found['id']}/inputs")["month"]["uses"]
    [kvarhs] = [each for each in uses if each["meter"] == "main-kvarh"]
    assert kvarhs["quantities"] == {"flat": str(12 * HOURS)}
    [factor] = [
        float(step["value"])
        for each in found["lines"]
        for step in each["steps"]
        if step["symbol"] == "PF"
    ]
    assert factor == 0.89, "2 : 1 is 0.894, and tables go by two decimals"
    refers = origins(desk, found["id"])["use", "main-kvarh"]["refers"]
    assert (refers["meter"], refers["quantity"]) == ("main", "reactive_energy_import_kvarh")
    assert blocking(found) == {"table_unchecked", "user_class"}
    put_account(conn, meter_id(conn, "main"), "0.90", first=FIRST_DAY, at=FIRST)
    assert follow(conn) == 1, "an account that was entered draws the month again"
    check_table(conn, power_factor_tables()["0.90"], by="Wang", document="rule of 1983, table 1")
    assert follow(conn) == 1, "a table that was checked draws the month again"
    [newest, *_] = desk.get("manager", f"contracts/{found['contract_id']}/statements")["items"]
    again = desk.get("manager", f"statements/{newest['id']}")
    assert blocking(again) == set()
    [kept] = desk.get("manager", f"statements/{newest['id']}/inputs")["month"]["power_factors"]
    assert kept["provenance"]["checked_by"] == "Wang"
    assert "rule of 1983, table 1" in next(
        line["basis"] for line in again["lines"] if (line["code"], line["side"]) == ("pf", "bills")
    )


def test_a_meter_below_another_of_its_line_stands_against_signing(desk: Desk) -> None:
    """The charger hangs below the main meter: taken out it is right, counted it is there twice."""
    excluded = 'code = "charger", line = "electricity", excluded = true'
    counted = terms(**{excluded: 'code = "charger", line = "electricity"'})
    assert blocking(drawn(desk, desk.agree(terms()))) == set()
    other = counted.replace('code = "school-2026"', 'code = "school-twice"')
    assert "meter_nested" in blocking(drawn(desk, desk.agree(other)))
