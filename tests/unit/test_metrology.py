"""What is wrong with certificates, ratios and seals, planted and found; and nothing else."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from analytics.ledger.bill_quantity import BillQuantity, drift
from analytics.ledger.metrology import (
    FindingKind,
    Held,
    MeterMetrology,
    SealState,
    findings_of_days,
    metrology_findings,
)
from domain.certificate import Certificate, Transformer, check
from domain.errors import InputError

TODAY = date(2026, 11, 22)
CT, PT = Transformer(Decimal(200), Decimal(5)), Transformer(Decimal(10_000), Decimal(100))
GOOD = Certificate(
    "津检 2025-0417", "市计量院", "0.5S", "A-881", date(2025, 4, 1), date(2025, 4, 3),
    date(2031, 4, 3), CT,
)  # fmt: skip


def held(first: date = GOOD.first_day, end: date = GOOD.end_day, number: str = "") -> Held:
    certificate = replace(GOOD, first_day=first, end_day=end, number=number or GOOD.number)
    return Held(certificate, first, end)


SOUND = MeterMetrology("gateway", [held()], [(date(2025, 4, 3), 40.0)])


def told(meter: MeterMetrology, today: date = TODAY) -> list[tuple[str, date | None]]:
    return [(each.kind.value, each.since) for each in metrology_findings(meter, today)]


def test_of_a_sound_meter_nothing_is_told() -> None:
    assert told(SOUND) == []


def test_a_meter_without_a_certificate_always_lacked_it() -> None:
    assert told(MeterMetrology("gateway")) == [("no_certificate", None)]
    future = MeterMetrology("gateway", [held(TODAY + timedelta(days=1))])
    assert told(future) == [("no_certificate", None)]


def test_a_month_remarks_the_days_of_it_on_which_something_was_wrong_though_its_end_is_right() -> (
    None
):
    lapsed, again = date(2026, 7, 10), date(2026, 7, 16)
    new = held(again, date(2032, 7, 16), "B")
    certificates = [held(end=lapsed), replace(new, certificate=replace(new.certificate, ct=CT))]
    ratios = [(date(2025, 4, 3), 40.0), (date(2026, 7, 3), 60.0), (date(2026, 7, 5), 40.0)]
    meter = MeterMetrology("gateway", certificates, ratios)
    july = findings_of_days(meter, date(2026, 7, 1), date(2026, 8, 1))
    assert [(each.kind.value, each.since, each.told.get("until")) for each in july] == [
        ("ratio_differs", date(2026, 7, 3), "2026-07-05"),
        ("ended", lapsed, "2026-07-16"),
    ]
    assert findings_of_days(meter, date(2026, 6, 1), date(2026, 7, 1)) == []


def test_what_held_to_the_last_day_of_a_month_is_no_remark_of_it() -> None:
    meter = MeterMetrology("gateway", [held(end=date(2026, 8, 1))], SOUND.ratios)
    assert findings_of_days(meter, date(2026, 7, 1), date(2026, 8, 1)) == []
    [august] = findings_of_days(meter, date(2026, 8, 1), date(2026, 9, 1))
    assert (august.kind, august.told.get("until")) == (FindingKind.ENDED, None)


@pytest.mark.parametrize(
    ("days", "kind"),
    [(91, None), (90, "ends_later"), (31, "ends_later"), (30, "ends_soon"), (1, "ends_soon"),
     (0, "ended"), (-400, "ended")],
)  # fmt: skip
def test_an_end_is_told_before_it_comes_and_after(days: int, kind: str | None) -> None:
    end = TODAY + timedelta(days=days)
    meter = MeterMetrology("gateway", [held(end=end)], SOUND.ratios)
    assert told(meter) == ([(kind, end)] if kind else [])


def test_what_is_followed_by_another_without_a_gap_ends_unnoticed() -> None:
    end = TODAY + timedelta(days=20)
    next_one = held(end, end + timedelta(days=2000), "next")
    assert told(replace(SOUND, certificates=[next_one, held(end=end)])) == []
    late = held(end + timedelta(days=1), end + timedelta(days=2000), "late")
    assert told(replace(SOUND, certificates=[held(end=end), late])) == [("ends_soon", end)]


def test_a_ratio_that_differs_names_both() -> None:
    changed = date(2026, 2, 1)
    meter = replace(SOUND, ratios=[(date(2025, 4, 3), 40.0), (changed, 30.0)])
    (found,) = metrology_findings(meter, TODAY)
    assert (found.kind, found.since) == (FindingKind.RATIO_DIFFERS, changed)
    assert (found.told["certified"], found.told["in_force"]) == ("40", "30")
    assert found.told["number"] == GOOD.number
    assert told(meter, changed - timedelta(days=1)) == []


def test_a_ratio_nobody_declared_is_one() -> None:
    meter = replace(SOUND, ratios=[])
    (found,) = metrology_findings(meter, TODAY)
    assert (found.told["certified"], found.told["in_force"]) == ("40", "1")
    assert found.since == GOOD.first_day
    primary = replace(GOOD, counts_primary=True)
    direct = replace(meter, certificates=[Held(primary, GOOD.first_day, GOOD.end_day)])
    assert told(direct) == []


def test_both_transformers_multiply_and_a_binary_third_is_a_third() -> None:
    third = replace(GOOD, ct=Transformer(Decimal(100), Decimal(3)), pt=PT)
    assert third.multiplier == Decimal(100) / 3 * 100
    meter = replace(SOUND, certificates=[Held(third, GOOD.first_day, GOOD.end_day)])
    assert told(replace(meter, ratios=[(GOOD.first_day, 100 / 3 * 100)])) == []
    assert told(replace(meter, ratios=[(GOOD.first_day, 3333.33)])) != []


def test_a_swap_wants_a_certificate_from_its_day_on() -> None:
    swap = date(2026, 10, 8)
    meter = replace(SOUND, swaps=[swap])
    assert told(meter) == [("swap_without_certificate", swap)]
    assert told(meter, swap - timedelta(days=1)) == []
    old = Held(GOOD, GOOD.first_day, swap)
    new = held(swap, date(2032, 10, 8), "new")
    assert told(replace(meter, certificates=[old, new])) == []


def test_a_broken_seal_wants_a_note() -> None:
    broken = date(2026, 11, 2)
    seals = [SealState("S-1"), SealState("S-2", broken, noted=True), SealState("S-3", broken)]
    (found,) = metrology_findings(replace(SOUND, seals=seals), TODAY)
    assert (found.kind, found.since, found.told) == (
        FindingKind.SEAL_BROKEN, broken, {"seal": "S-3"},
    )  # fmt: skip


def test_a_meter_found_wrong_is_told_until_it_is_replaced_or_verified_again() -> None:
    found_on = TODAY - timedelta(days=20)
    meter = replace(SOUND, settled=[(found_on, Decimal("-4.0"))])
    assert told(meter) == [("still_wrong", found_on)]
    assert metrology_findings(meter, TODAY)[0].told == {"error_pct": "-4"}
    assert told(meter, found_on - timedelta(days=1)) == []
    swap = TODAY - timedelta(days=3)
    (old,) = SOUND.certificates
    new = held(swap, date(2032, 10, 8), "new")
    ended = Held(old.certificate, old.first_day, swap)
    replaced = replace(meter, swaps=[swap], certificates=[ended, new])
    assert told(replaced) == []
    assert told(replaced, swap - timedelta(days=1)) == [("still_wrong", found_on)]
    adjusted = replace(new.certificate, verified_on=found_on)
    assert told(replace(meter, certificates=[ended, replace(new, certificate=adjusted)])) == []
    again = replace(meter, uncorrected=[(TODAY, Decimal(-5))])
    assert told(again) == [("out_of_tolerance", TODAY)]


def test_the_worst_stands_first() -> None:
    meter = MeterMetrology(
        "gateway",
        [held(end=TODAY + timedelta(days=3))],
        seals=[SealState("S-3", TODAY)],
        uncorrected=[(date(2026, 11, 1), Decimal("-3.20"))],
    )
    kinds = [kind for kind, _ in told(meter)]
    assert kinds == ["out_of_tolerance", "ratio_differs", "seal_broken", "ends_soon"]
    assert metrology_findings(meter, TODAY)[0].told == {"error_pct": "-3.2"}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"number": " "}, "number: number is empty"),
        ({"accuracy_class": "0.5 S"}, "accuracy_class: accuracy_class is '0.5 S', want 0.2S"),
        ({"end_day": GOOD.first_day}, "end_day: end_day 2025-04-03 is not after first_day"),
        ({"verified_on": date(2025, 4, 4)}, "verified_on: verified_on 2025-04-04 is after"),
        ({"ct": Transformer(Decimal(0), Decimal(5))}, "ct: 0/5, want two numbers above 0"),
        ({"pt": Transformer(Decimal("NaN"), Decimal(100))}, "pt: NaN/100, want two numbers"),
    ],
)
def test_what_nobody_can_have_certified_is_refused_with_the_place(
    wrong: dict[str, object], reason: str
) -> None:
    check(GOOD)
    with pytest.raises(InputError, match=reason):
        check(replace(GOOD, **wrong))  # type: ignore[arg-type]  # fields by name


def bills(*parts: float | None, start: int = 1) -> list[BillQuantity]:
    """One bill a month of 1,000 kWh; ours less by these parts. [%]."""
    return [
        BillQuantity(
            n, str(n), date(2026, n, 1), date(2026, n + 1, 1), Decimal(1000),
            None if part is None else Decimal(str(1000 - 10 * part)),
        )
        for n, part in enumerate(parts, start)
    ]  # fmt: skip


TWO = Decimal(2)


def test_a_bill_beyond_the_limit_differs_until_somebody_explains_it() -> None:
    (bill,) = bills(2.5)
    assert (bill.difference, bill.difference_pct) == (Decimal(25), Decimal("2.5"))
    assert bill.differs(TWO)
    assert not replace(bill, explained=True).differs(TWO)
    assert replace(bill, explained=False).differs(TWO)
    assert not bills(-2.0)[0].differs(TWO)
    assert bills(-2.01)[0].differs(TWO)


def test_missing_is_not_zero() -> None:
    unknown = bills(None)[0]
    assert unknown.difference is None
    assert not unknown.differs(TWO)
    nothing = replace(bills(1.0)[0], billed=Decimal(0))
    assert nothing.difference_pct is None


def test_a_bill_of_days_of_another_is_in_no_drift() -> None:
    """Three months that grow, and a part of the month before them: no fourth bill."""
    grown = bills(0.2, 0.6, 1.1, 1.7)
    assert drift(grown, limit_pct=TWO) is not None
    last_days = replace(grown[0], bill_id=9, number="part", first_day=date(2026, 1, 20))
    assert drift([last_days, *grown], limit_pct=TWO) is None


def test_a_bill_that_was_sent_twice_does_not_hide_a_drift() -> None:
    grown = bills(0.2, 0.6, 1.1, 1.7)
    twice = replace(grown[2], bill_id=9, number="copy")
    assert drift([*grown, twice], limit_pct=TWO) == drift(grown, limit_pct=TWO)


def test_a_difference_that_grows_month_after_month_is_a_drift() -> None:
    found = drift(bills(0.3, -0.1, 0.2, 0.6, 1.1, 1.7), limit_pct=TWO)
    assert found is not None
    assert (found.since, found.bills) == (date(2026, 2, 1), 5)
    assert found.growth_pct == pytest.approx(Decimal("1.8"))
    down = drift(bills(-0.1, -0.5, -1.0, -2.2), limit_pct=TWO)
    assert down is not None
    assert down.growth_pct == pytest.approx(Decimal("-2.1"))


@pytest.mark.parametrize(
    "parts",
    [
        (0.1, 0.8, 1.6),  # three are not enough
        (0.1, 0.2, 0.3, 0.4),  # it grows too little to be told
        (0.1, 0.8, 0.7, 1.6, 2.4),  # one month it fell
        (0.1, 0.8, None, 1.6, 2.4),  # of one month nobody knows
        (-3.0, -2.0, -1.0, -0.2),  # it shrinks
        (0.5, 1.5, 1.5, 2.5, 3.5),  # it stood still
    ],
)
def test_what_does_not_grow_every_month_is_none(parts: tuple[float | None, ...]) -> None:
    assert drift(bills(*parts), limit_pct=TWO) is None


def test_a_month_without_a_bill_breaks_the_run() -> None:
    rows = [*bills(0.1, 0.8), *bills(1.6, 2.4, start=4)]
    assert drift(rows, limit_pct=TWO) is None
