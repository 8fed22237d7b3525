"""What a meter counted in a month, what stands against closing it, and what a new look changes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from analytics.ledger.balance import balance
from analytics.ledger.medium_month import MediumMonth
from analytics.ledger.meter_month import Counted, MeterMonth
from analytics.ledger.month_change import month_changes
from domain.consumption_flag import ConsumptionFlag
from domain.meter_tree import Position, forests
from domain.obstacle import ObstacleKind
from domain.registry import MeterRole

HOUR = timedelta(hours=1)
FIRST = datetime(2026, 5, 31, 16, tzinfo=UTC)
"""Midnight in Shanghai, 1 June."""
HOURS = 30 * 24


def meter(spoilt: dict[int, Counted | None], hours: int = HOURS) -> MeterMonth:
    """A meter of 2.5 kWh an hour, but for some hours that say otherwise, or nothing."""
    plain = {
        n: Counted(FIRST + n * HOUR, FIRST + (n + 1) * HOUR, 2.5, "measured", "measured", "diff", 0)
        for n in range(hours)
    }
    counted = [each for each in (plain | spoilt).values() if each is not None]
    return MeterMonth(
        1, "main", "总表", "Main", "electricity", "main", "active_energy_import_kwh", "kWh",
        FIRST, FIRST + hours * HOUR, counted, None, None,
    )  # fmt: skip


def spoilt(n: int, value: float, quantity: str, shape: str, flags: int = 0) -> Counted:
    return Counted(FIRST + n * HOUR, FIRST + (n + 1) * HOUR, value, quantity, shape, "gap", flags)


def medium(found: MeterMonth, parts: dict[int, float] | None = None) -> MediumMonth:
    """The meter with submeters of these amounts below it."""
    below = parts or {}
    positions = [Position(1, None, MeterRole.MAIN, None, None, here=True)]
    positions += [Position(n, 1, MeterRole.BRANCH, None, None, here=True) for n in below]
    trees = forests(positions, found.first, found.end)
    slot = found.first, HOURS * 3600
    uses = {1: {slot: float(found.amount)}, **{n: {slot: use} for n, use in below.items()}}
    items = {1: ("main", ""), **{n: (f"sub-{n}", "hvac") for n in below}}
    return MediumMonth("electricity", "kWh", [found], balance(trees, uses), items)


def test_amounts_are_told_by_grade_and_add_up_as_printed() -> None:
    gap = {n: spoilt(n, 1 / 3, "measured", "allocated", ConsumptionFlag.GAP) for n in range(5, 8)}
    told = meter(dict(gap)).told()
    grades = [(g["shape_grade"], g["use"]["amount"]) for g in told["grades"]]
    assert grades == [("allocated", "1"), ("measured", "1792.5")]
    assert told["use"] == {"amount": "1793.5", "unit": "kWh"}
    assert (told["methods"], told["flags"]) == (["diff", "gap"], ["gap"])
    assert told["covered_s"] == told["lasting_s"] == HOURS * 3600
    shares = [Decimal(g["share"]) for g in told["grades"]]
    assert sum(shares) == 1


def test_a_total_that_is_measured_and_only_its_shape_allocated_stands_against_nothing() -> None:
    found = medium(meter({5: spoilt(5, 2.5, "measured", "allocated")}))
    assert list(found.obstacles("school", "Asia/Shanghai")) == []


def test_estimated_hours_that_touch_are_one_obstacle_with_their_sum_and_local_days() -> None:
    estimated = {n: spoilt(n, 2.0, "estimated", "estimated") for n in (22, 23, 24, 50)}
    found = list(medium(meter(dict(estimated))).obstacles("school", "Asia/Shanghai"))
    assert [(o.kind, str(o.first_day), str(o.end_day), o.value) for o in found] == [
        (ObstacleKind.ESTIMATED, "2026-06-01", "2026-06-03", "6 kWh"),
        (ObstacleKind.ESTIMATED, "2026-06-03", "2026-06-04", "2 kWh"),
    ]
    assert str(found[0]) == (
        "school, main, 2026-06-01 to 2026-06-03: 6 kWh in 3.00 h are estimated: "
        "2026-06-01 22:00 to 2026-06-02 01:00"
    )


def test_hours_without_a_figure_are_found_inside_and_at_both_ends() -> None:
    found = medium(meter({0: None, 10: None, 11: None, HOURS - 1: None}))
    kinds = [(o.kind, o.value) for o in found.obstacles("school", "Asia/Shanghai")]
    assert kinds == [(ObstacleKind.HOURS_MISSING, f"{hours}.00 h") for hours in (1, 2, 1)]


def test_a_meter_without_any_figure_lacks_the_whole_month() -> None:
    found = medium(meter(dict.fromkeys(range(HOURS))))
    [obstacle] = found.obstacles("school", "Asia/Shanghai")
    assert (obstacle.kind, obstacle.value) == (ObstacleKind.HOURS_MISSING, "720.00 h")
    assert found.told()["unmetered"] is None


def test_the_unmetered_share_warns_above_its_limit_only_and_over_counting_always() -> None:
    whole = meter({})
    limit = Decimal("0.05")
    at_limit = medium(whole, {2: 1000.0, 3: 710.0})
    assert at_limit.told()["unmetered"]["share"] == "0.05"
    assert list(at_limit.warnings(limit)) == []
    [above] = medium(whole, {2: 1000.0, 3: 700.0}).warnings(limit)
    assert (above["kind"], above["share"]) == ("unmetered", "0.055556")
    [over] = medium(whole, {2: 1000.0, 3: 900.0}).warnings(limit)
    assert over["kind"] == "over_counted"


def test_what_was_counted_where_a_register_rose_as_it_never_does_warns_with_its_share() -> None:
    rose = spoilt(7, 200.0, "measured", "measured", ConsumptionFlag.SURGE)
    [warning] = medium(meter({7: rose})).warnings(Decimal("0.05"))
    assert (warning["kind"], warning["share"]) == ("surge", "0.100125")


def test_a_meter_below_one_of_its_item_counts_nothing_however_far_below_it_hangs() -> None:
    """A chiller (40) on a panel (50) of no item, on a floor (60): hvac is 60, and not 100."""
    whole = meter({})
    half = FIRST + 15 * 24 * HOUR

    def hung(n: int, above: int | None, end: datetime | None = None) -> Position:
        return Position(n, above, MeterRole.SUB, None, end, here=True)

    items = {1: ("main", ""), 2: ("floor", "hvac"), 3: ("panel", ""), 4: ("chiller", "hvac")}
    main = Position(1, None, MeterRole.MAIN, None, None, here=True)
    slots = [(FIRST, 15 * 86400), (half, 15 * 86400)]
    uses = {
        n: dict.fromkeys(slots, kwh) for n, kwh in ((1, 900.0), (2, 60.0), (3, 50.0), (4, 40.0))
    }
    stays = [main, hung(2, 1), hung(3, 2), hung(4, 3)]
    # The panel hangs below the main meter from the middle of the month on.
    moves = [main, hung(2, 1), hung(3, 2, half), replace(hung(3, 1), first=half), hung(4, 3)]
    for positions, want in ((stays, "120"), (moves, "160")):
        trees = forests(positions, whole.first, whole.end)
        found = MediumMonth("electricity", "kWh", [whole], balance(trees, uses), items)
        [hvac] = found.told()["sub_items"]
        assert hvac["use"]["amount"] == want


def test_a_new_look_tells_what_changed_and_what_came_or_went() -> None:
    def use(code: str, kwh: str) -> dict[str, object]:
        return {"code": code, "use": {"amount": kwh, "unit": "kWh"}}

    def document(kwh: str, meters: dict[str, str]) -> dict[str, object]:
        return {
            "totals": {"electricity": {"amount": kwh, "unit": "kWh"}},
            "media": [{"meters": [use(code, kwh) for code, kwh in meters.items()]}],
        }

    before = document("10", {"main": "6", "old": "4"})
    assert month_changes(before, document("10.0", {"main": "6.00", "old": "4"})) == []
    found = {each.what: each for each in month_changes(before, document("12", {"main": "12"}))}
    assert found["electricity"].difference == 2
    assert found["main"].difference == 6
    assert (found["old"].closed, found["old"].now, found["old"].difference) == (4, None, None)
