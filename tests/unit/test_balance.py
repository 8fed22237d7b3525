"""Each amount is counted once; what is not known is never called unmetered."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.ledger.balance import Balance, Rest, balance
from domain.meter_tree import (
    Forest,
    Position,
    bought,
    counted,
    ever_counted,
    forests,
    sign_at,
    source_spans,
    uppermost_spans,
)
from domain.registry import MeterRole

START = datetime(2026, 7, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
END = START + 24 * HOUR
MAIN, BRANCH, SUB = MeterRole.MAIN, MeterRole.BRANCH, MeterRole.SUB


def hangs(
    meter: int,
    parent: int | None,
    role: MeterRole = BRANCH,
    *,
    first: datetime | None = None,
    end: datetime | None = None,
    here: bool = True,
) -> Position:
    return Position(meter, parent, role, first, end, here)


def slots(*values: float | None) -> dict[tuple[datetime, int], float]:
    """One value an hour; None where nothing is known."""
    return {(START + n * HOUR, 3600): v for n, v in enumerate(values) if v is not None}


def tree(*positions: Position) -> list[Forest]:
    return forests(positions, START, END)


def rest_of(found: Balance, *meters: int) -> Rest:
    [rest] = (rest for rest in found.rests if rest.of == meters)
    return rest


def part(found: Balance, meter: int, *above: int) -> float | None:
    [use] = (part.use for part in found.parts if (part.meter_id, part.above) == (meter, above))
    return use


def test_what_no_part_counted_is_unmetered() -> None:
    hung = tree(hangs(1, None, MAIN), hangs(2, 1), hangs(3, 1))
    found = balance(hung, {1: slots(10, 10), 2: slots(6, 5), 3: slots(2, 2)})
    rest = rest_of(found, 1)
    assert (found.total, rest.unmetered, rest.unmetered_share) == (20, 5, 0.25)
    assert not rest.over_counted


def test_parts_that_count_more_than_the_whole_are_told() -> None:
    found = balance(tree(hangs(1, None, MAIN), hangs(2, 1)), {1: slots(10), 2: slots(11)})
    rest = rest_of(found, 1)
    assert (rest.unmetered, rest.over_counted) == (-1, True)
    assert rest.unmetered_share == pytest.approx(-0.1)


def test_an_hour_with_a_silent_part_is_undetermined_not_unmetered() -> None:
    hung = tree(hangs(1, None, MAIN), hangs(2, 1), hangs(3, 1))
    found = balance(hung, {1: slots(10, 10), 2: slots(6, None), 3: slots(3, 3)})
    rest = rest_of(found, 1)
    assert (rest.unmetered, rest.compared_s, rest.compared_use) == (1, 3600, 10)
    assert (rest.undetermined, rest.undetermined_s, rest.silent) == (7, 3600, (2,))


def test_without_a_common_hour_nothing_is_unmetered() -> None:
    found = balance(tree(hangs(1, None, MAIN), hangs(2, 1)), {1: slots(10, 10)})
    rest = rest_of(found, 1)
    assert (rest.unmetered, rest.unmetered_share, rest.undetermined) == (None, None, 20)


def test_two_mains_are_added_and_a_main_below_a_gateway_is_not() -> None:
    two = tree(hangs(1, None, MAIN), hangs(2, None, MAIN))
    uses = {1: slots(10), 2: slots(4)}
    assert balance(two, uses).total == 14
    below = tree(hangs(1, None, MeterRole.GATEWAY), hangs(2, 1, MAIN))
    assert balance(below, uses).total == 10


def test_a_main_below_another_one_through_a_meter_of_another_place_is_not_added() -> None:
    hung = tree(
        hangs(1, None, MeterRole.GATEWAY), hangs(2, 1, BRANCH, here=False), hangs(3, 2, MAIN)
    )
    found = balance(hung, {1: slots(10), 3: slots(4)})
    assert (found.total, part(found, 3, 1)) == (10, 4)


def test_a_total_is_known_only_while_every_main_meter_counts() -> None:
    found = balance(
        tree(hangs(1, None, MAIN), hangs(2, None, MAIN)), {1: slots(10, 10), 2: slots(4)}
    )
    assert (found.total, found.total_s) == (14, 3600)


def test_check_and_virtual_meters_stand_beside() -> None:
    hung = tree(
        hangs(1, None, MAIN),
        hangs(2, 1),
        hangs(3, 1, MeterRole.CHECK),
        hangs(4, None, MeterRole.VIRTUAL),
    )
    found = balance(hung, {1: slots(10), 2: slots(4), 3: slots(10), 4: slots(6)})
    assert (found.total, rest_of(found, 1).unmetered) == (10, 6)
    assert {part.meter_id: part.use for part in found.beside} == {3: 10, 4: 6}


def test_branches_below_no_meter_are_parts_of_all_mains_together() -> None:
    hung = tree(hangs(1, None, MAIN), hangs(2, None, MAIN), hangs(3, None), hangs(4, 1))
    found = balance(hung, {1: slots(10), 2: slots(4), 3: slots(5), 4: slots(2)})
    assert (found.total, rest_of(found, 1, 2).unmetered) == (14, 7)
    assert part(found, 3, 1, 2) == 5


def test_a_meter_that_moved_is_counted_where_it_hung_at_the_time() -> None:
    noon = START + 12 * HOUR
    hung = tree(
        hangs(1, None, MAIN),
        hangs(2, None, MAIN, first=noon),
        hangs(2, 1, SUB, end=noon),
    )
    assert [forest.uppermost for forest in hung] == [(1,), (1, 2)]
    found = balance(hung, {1: slots(*[10] * 24), 2: slots(*[4] * 24)})
    assert found.total == 12 * 10 + 12 * 14
    assert (part(found, 2, 1), part(found, 2)) == (48, 48)
    assert rest_of(found, 1).unmetered == 12 * 6


def test_the_spans_in_which_meters_are_uppermost_hold_each_amount_once() -> None:
    noon, evening = START + 12 * HOUR, START + 18 * HOUR
    hung = tree(
        hangs(1, None, MAIN),
        hangs(2, 1, SUB, end=noon),
        hangs(2, None, MAIN, first=noon, end=evening),
        hangs(2, 1, SUB, first=evening),
        hangs(3, 1, SUB, first=evening),
    )
    assert len(hung) == 3
    assert uppermost_spans(hung) == {(START, END): [1], (noon, evening): [2]}
    assert sign_at(hung, 2, noon) == 1
    assert sign_at(hung, 2, evening) == 0
    assert ever_counted(hung) == (1, 2)


PV, FED_IN = MeterRole.PV, MeterRole.FED_IN
SUNNY = (hangs(1, None, MAIN), hangs(2, 1), hangs(8, 1, PV), hangs(9, 1, FED_IN))


def test_the_use_is_what_was_bought_and_generated_less_what_was_fed_in() -> None:
    uses = {1: slots(10, 0), 2: slots(12, 3), 8: slots(5, 9), 9: slots(0, 4)}
    found = balance(tree(*SUNNY), uses)
    assert (found.total, found.bought, found.generated, found.fed_in) == (20, 10, 14, 4)
    rest = rest_of(found, 1)
    assert (rest.compared_use, rest.unmetered, rest.unmetered_share) == (20, 5, 0.25)
    assert part(found, 1) == 20
    assert found.beside == ()


def test_while_a_plant_is_silent_the_use_is_not_known() -> None:
    uses = {1: slots(10, 10), 2: slots(4, 4), 8: slots(5, None), 9: slots(1, 1)}
    found = balance(tree(*SUNNY), uses)
    assert (found.total, found.total_s) == (14, 3600)
    assert (found.bought, found.generated, found.fed_in) == (10, 5, 1)
    assert rest_of(found, 1).compared_s == 3600


def test_without_a_plant_nothing_is_said_to_be_bought_or_made() -> None:
    found = balance(tree(hangs(1, None, MAIN)), {1: slots(10)})
    assert (found.bought, found.generated, found.fed_in) == (10, None, None)


def test_a_plant_of_one_building_feeds_the_others_of_its_campus() -> None:
    """Building 2 has the plant 8 and sends 3 of 9 through its export meter 7 to building 3."""
    hung = tree(
        hangs(1, None, MeterRole.GATEWAY), hangs(2, 1, MAIN), hangs(3, 1, MAIN), hangs(8, 2, PV),
        hangs(7, 2, FED_IN), hangs(9, 1, FED_IN),
    )  # fmt: skip
    found = balance(
        hung, {1: slots(2), 2: slots(0), 3: slots(5), 8: slots(9), 7: slots(3), 9: slots(0)}
    )
    assert (found.total, found.generated, found.fed_in) == (11, 9, 0)
    assert (part(found, 2, 1), part(found, 3, 1), rest_of(found, 1).unmetered) == (6, 5, 0)


def test_a_plant_before_the_meters_of_a_building_is_not_its_use() -> None:
    hung = tree(hangs(1, None, MeterRole.GATEWAY, here=False), hangs(2, 1, MAIN), hangs(8, 1, PV))
    found = balance(hung, {2: slots(4), 8: slots(9)})
    assert (found.total, [part.meter_id for part in found.beside]) == (4, [8])


def test_what_was_used_and_what_was_bought_are_counted_by_other_meters() -> None:
    noon = START + 12 * HOUR
    hung = tree(hangs(1, None, MAIN), hangs(8, 1, PV, first=noon), hangs(9, 1, FED_IN, first=noon))
    assert [(each.meters, each.less) for each in counted(hung)] == [((1,), ()), ((1, 8), (9,))]
    assert [(each.meters, each.first, each.end) for each in bought(hung)] == [((1,), START, END)]
    assert source_spans(hung) == {(noon, END): [8, 9]}
    assert (sign_at(hung, 8, noon), sign_at(hung, 9, noon), sign_at(hung, 8, START)) == (1, -1, 0)


def test_each_boundary_with_a_plant_wants_a_meter_of_what_was_fed_in_through_it() -> None:
    noon = START + 12 * HOUR
    two = (hangs(1, None, MAIN), hangs(2, None, MAIN), hangs(7, 1, PV), hangs(8, 2, PV))
    one_watched, both_watched = tree(*two, hangs(9, 1, FED_IN), hangs(10, 2, FED_IN, first=noon))
    assert (one_watched.unwatched, both_watched.unwatched) == ((8,), ())
    loose = tree(hangs(1, None, MAIN), hangs(3, None), hangs(8, 3, PV))
    assert [each.unwatched for each in loose] == [(8,)]
    assert [each.unwatched for each in tree(*SUNNY)] == [()]


@st.composite
def metered_trees(
    draw: st.DrawFn,
) -> tuple[list[Position], dict[int, dict[tuple[datetime, int], float]], bool]:
    """A random tree with its figures, made from what is used below each meter and nowhere else."""
    size = draw(st.integers(1, 12))
    above = [None, *(draw(st.integers(0, n - 1)) for n in range(1, size))]
    hours = draw(st.integers(1, 6))
    own = [draw(st.lists(st.integers(0, 999), min_size=hours, max_size=hours)) for _ in above]
    whole = [list(values) for values in own]
    for n in range(size - 1, 0, -1):
        whole[above[n] or 0] = [a + b for a, b in zip(whole[above[n] or 0], whole[n], strict=True)]
    silent = draw(
        st.sets(st.tuples(st.integers(0, size - 1), st.integers(0, hours - 1)), max_size=8)
    )
    uses = {
        n: slots(*(None if (n, h) in silent else float(v) for h, v in enumerate(values)))
        for n, values in enumerate(whole)
    }
    positions = [hangs(n, up, MAIN if up is None else BRANCH) for n, up in enumerate(above)]
    return positions, uses, bool(silent)


@given(metered_trees())
def test_use_is_always_parts_and_unmetered_and_undetermined(
    made: tuple[list[Position], dict[int, dict[tuple[datetime, int], float]], bool],
) -> None:
    positions, uses, silent = made
    found = balance(tree(*positions), uses)
    use = {part.meter_id: part.use or 0.0 for part in found.parts}
    assert found.total == (use[0] if uses[0] else None)
    for rest in found.rests:
        parts = sum(part.use or 0.0 for part in found.parts if part.above == rest.of)
        assert use[rest.of[0]] == parts + (rest.unmetered or 0.0) + rest.undetermined
        assert not rest.over_counted
        assert bool(rest.silent) == bool(rest.undetermined_s)
    leaves = set(use) - {meter for rest in found.rests for meter in rest.of}
    rests = sum((rest.unmetered or 0.0) + rest.undetermined for rest in found.rests)
    assert use[0] == sum(use[leaf] for leaf in leaves) + rests
    if not silent:
        assert all(rest.undetermined_s == 0 for rest in found.rests)


@given(metered_trees(), st.integers(1, 5))
def test_cutting_the_time_in_two_changes_no_balance(
    made: tuple[list[Position], dict[int, dict[tuple[datetime, int], float]], bool], hour: int
) -> None:
    positions, uses, _ = made
    at = START + hour * HOUR
    cut = [
        hangs(p.meter_id, p.parent_id, p.role, first=first, end=end)
        for p in positions
        for first, end in ((None, at), (at, None))
    ]
    assert balance(tree(*cut), uses) == balance(tree(*positions), uses)
