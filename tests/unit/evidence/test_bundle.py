"""A bundle holds a month whole, and whoever has it works out the same to the cent."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from analytics.evidence.bundle import packed
from analytics.evidence.registers import Edit, Reading, Registers, registers
from analytics.settlement.month import inputs_of, settle
from analytics.settlement.statement import Side
from domain.contract import Party
from domain.contract_term import Meter, Substitution, SubstitutionMethod
from domain.errors import InputError
from domain.register_event import RegisterEvent
from domain.settlement_file import Book
from tests.unit.evidence.office import (
    FIRST,
    MAIN,
    PARTIES,
    book,
    bundle,
    checked,
    forged,
    half_hours,
    made,
    parts,
    signed,
    unstated,
    water,
)


def figures(lines: list[dict[str, object]], record: str, key: str) -> dict[object, object]:
    return {line[key]: line["amount"] for line in lines if line["record"] == record}


def test_the_worked_month_comes_out_of_its_registers_to_the_cent() -> None:
    lines = checked(bundle())
    (payment,) = [line for line in lines if line["record"] == "payment"]
    assert (payment["payer"], payment["amount"]) == ("client", "154340.14")
    assert figures(lines, "total", "symbol")["U"] == "138772.90"
    assert lines[-1]["stated"] == [
        "degree days",
        "check of the price of electricity",
        "price of water",
        "quality temperature",
        "change of area on 2026-04-01",
        "change of headcount on 2026-03-01",
        "equipment server-room on 2026-05-01",
    ]
    (main, _) = [line for line in lines if line["record"] == "use"]
    assert main["readings"] == 1489
    assert main["quantities"] == {"peak": "68200", "valley": "66500", "flat": "64900"}


def test_what_nobody_has_entered_is_counted_from_the_readings() -> None:
    stated, counted = made(), made(unstated())
    assert counted.statement.payment == stated.statement.payment
    assert counted.statement.may_be_signed


def test_the_statement_is_the_one_that_settling_gives() -> None:
    same = settle(inputs_of(book(), "2026-07", code_version="test"))
    assert parts()["statement.json"].decode() == same.text()


def test_the_same_sources_are_the_same_bytes() -> None:
    shuffled = {MAIN: half_hours()[::-1], ("main-w", None): water()[::-1]}
    assert packed(made(registers=registers(shuffled, {}, {}))) == bundle()


def test_both_parties_sign_and_their_keys_are_told() -> None:
    both = [signed(bundle(), party) for party in Party]
    lines = checked(bundle(), both, client=PARTIES.client)
    told = {line["party"]: line["key_from"] for line in lines if line["record"] == "signature"}
    assert told == {"client": "given", "provider": "bundle"}
    assert lines[-1]["signed_by"] == ["client", "provider"]


def test_readings_that_disagree_with_the_month_make_no_bundle() -> None:
    late = [replace(each) for each in half_hours()]
    late[-1] = Reading(late[-1].ts, late[-1].register + 1)
    with pytest.raises(InputError, match=r"main-e: the month says 64900 in flat.*64901"):
        made(registers=registers({MAIN: late}, {}, {}))


def test_prices_by_period_want_the_tariff_of_a_single_register() -> None:
    with pytest.raises(InputError, match="want the tariff of electricity"):
        made(tariffs={})


def test_a_replaced_meter_counts_on() -> None:
    at = 700
    old = half_hours()[: at + 1]
    new = [Reading(each.ts, each.register - old[-1].register) for each in half_hours()[at + 1 :]]
    swap = RegisterEvent(old[-1].ts + timedelta(minutes=1), "swap", 0.0, float(old[-1].register))
    found = registers({MAIN: [*old, *new], ("main-w", None): water()}, {MAIN: [swap]}, {})
    assert made(registers=found).statement.payment == made().statement.payment


def test_a_day_without_readings_is_missing_and_stands_against_signing() -> None:
    """The total of a gap is measured; a register that a person typed is not."""
    typed = half_hours()[500]
    edit = Edit(typed.ts, None, typed.register + 3, "A. Example", "display read wrongly")
    given = registers({MAIN: half_hours(), ("main-w", None): water()}, {}, {MAIN: [edit]})
    found = made(unstated(), registers=given)
    (use, _) = found.inputs.month.uses
    assert use.missing_days == 1
    assert "substitution" in {remark.code for remark in found.statement.remarks if remark.blocks}


def test_a_reading_left_out_by_an_edit_changes_no_total_of_the_month() -> None:
    wrong = replace(half_hours()[500], register=Decimal(7))
    readings = [*half_hours()[:500], wrong, *half_hours()[501:]]
    edit = Edit(wrong.ts, None, None, "A. Example", "garbage on the wire")
    given = registers({MAIN: readings, ("main-w", None): water()}, {}, {MAIN: [edit]})
    uses = made(unstated(), registers=given).inputs.month.uses
    assert sum((uses[0].quantities or {}).values()) == 199600


def test_the_page_needs_nothing_and_lets_nothing_in() -> None:
    page = parts()["statement.html"].decode()
    assert "default-src 'none'" in page.replace("&#x27;", "'")
    assert not re.search(r"<script|javascript:|https?://|\son\w+=|\ssrc=", page)
    assert page.count("<details>") == page.count("</details>")
    assert "154,340.14" in page
    assert "2026-07-14T09:30:00Z" in page


def test_names_that_are_markup_stay_text() -> None:
    given = book()
    evil = '"><img src=x onerror=alert(1)>'
    terms = replace(given.contract, client=evil, name_zh=evil)
    page = packed(made(replace(given, contract=terms))).decode("utf-8", "replace")
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert '"><img' not in page[page.index("<!doctype html>") : page.index("</main>")]


def test_every_part_can_be_read_by_hand() -> None:
    found = parts()
    assert found["readings.csv"].splitlines()[1] == b"main-e,,2026-06-30T16:00:00Z,1000"
    assert json.loads(found["contract.json"])["coefficient"] == "0.95"
    assert all(content.decode("utf-8") for content in found.values())


def with_check_meter(read: int) -> tuple[Book, Registers]:
    """The office's meter falls silent before the last two days; another one counts all of July."""
    given = unstated()
    (main, *others) = given.contract.meters
    rule = Substitution(SubstitutionMethod.CHECK_METER, 3)
    check = Meter("check-e", "electricity", stands_for="main-e")
    terms = replace(given.contract, meters=(replace(main, substitution=rule), *others, check))
    kept = [each for each in half_hours() if each.ts <= FIRST + timedelta(days=29)]
    beside = [
        Reading(FIRST + timedelta(hours=hour), Decimal(50 * hour + (read if hour > 730 else 0)))
        for hour in range(31 * 24 + 1)
    ]
    readings = {MAIN: kept, ("check-e", None): beside, ("main-w", None): water()}
    return replace(given, contract=terms), registers(readings, {}, {})


def test_a_check_meter_stands_in_a_bundle_for_the_days_that_lack() -> None:
    """Two days of 24 x 50 kWh, and 100 kWh more on the second."""
    book_, found = with_check_meter(100)
    made_ = made(book_, registers=found)
    uses = {each.meter: each for each in made_.inputs.month.uses}
    assert uses["main-e"].missing_days == 2
    assert sum((uses["check-e"].quantities or {}).values()) == 2 * 24 * 50 + 100
    (q,) = [
        step.value
        for step in made_.statement.line("electricity", Side.BILLS).steps
        if step.symbol == "Q"
    ]
    assert q == sum((uses["main-e"].quantities or {}).values()) + 2500
    content = packed(made_)
    assert checked(content)[-1]["agrees"] is True
    assert "use of check-e" not in checked(content)[-1]["stated"]
    rows = parts(content)["readings.csv"].split(b"\n")
    at = next(n for n, row in enumerate(rows) if row.startswith(b"check-e,,2026-07-31T"))
    meter, _, instant, register = rows[at].decode().split(",")
    rows[at] = f"{meter},,{instant},{int(register) + 1}".encode()
    with pytest.raises(InputError, match=r"check-e|readings"):
        checked(
            forged({"readings.csv": b"\n".join(rows)}, content), [signed(content, Party.CLIENT)]
        )
