"""Charges matched as they come have the piles that they would have all at once."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from analytics.fleet.pile_match import Key, Match, Metered, Pile, Plugged, Seen, matches
from analytics.fleet.pile_vicinity import Vicinity

MINUTE = 60_000_000
HERE, ELSEWHERE = (39.0, 117.0), (39.002, 117.0)


def pile(number: int, place: tuple[float, float], counted: list[tuple[int, float]]) -> Pile:
    """Intervals by their length [min], one after the other."""
    parts, at = [], 0
    for minutes, kwh in counted:
        parts.append(Metered(at, at := at + minutes * MINUTE, kwh))
    return Pile(number, place, [part for part in parts if part.kwh > 0])


def brought_up(
    stood: dict[Key, Match], charges: list[Plugged], piles: list[Pile], news: tuple[int, int]
) -> dict[Key, Match]:
    """What stands after news, looked at from a quarter hour around it on."""
    margin = 15 * MINUTE
    while True:
        span = news[0] - margin, news[1] + margin
        near = [each for each in charges if each.start < span[1] and each.end > span[0]]
        of_pile = {key: match.pile_id for key, match in stood.items()}
        vicinity = Vicinity(near, piles, span, of_pile)
        anew = {each.charge.key: each for each in vicinity.matches()}
        then = {
            key: match
            for key, match in stood.items()
            if span[0] <= match.charge.start < span[1] and key not in vicinity.held
        }
        changed = {key for key in {**anew, **then} if anew.get(key) != then.get(key)}
        if vicinity.suffices(news, changed):
            return {key: match for key, match in stood.items() if key not in then} | anew
        margin *= 2


def by_key(found: list[Match]) -> dict[Key, Match]:
    return {each.charge.key: each for each in found}


def test_a_quarter_hour_stays_divided_when_one_of_its_charges_is_matched_alone() -> None:
    piles = [pile(1, HERE, [(15, 12.0), (15, 12.0), (15, 14.0)])]
    one = Plugged(1, "a", 0, 20 * MINUTE, 13.5, HERE)
    other = Plugged(2, "b", 20 * MINUTE, 45 * MINUTE, 22.5, HERE)
    alone = brought_up({}, [one], piles, (one.start, one.end))
    assert [match.grid_kwh for match in alone.values()] == [24.0]
    both = brought_up(alone, [one, other], piles, (other.start, other.end))
    assert {key: match.grid_kwh for key, match in both.items()} == {(1, "a"): 16.0, (2, "b"): 22.0}


CHARGES = st.lists(
    st.tuples(
        st.integers(0, 3), st.integers(0, 400), st.integers(5, 90), st.floats(0, 40) | st.none(),
        st.sampled_from([HERE, ELSEWHERE, None]),
    ),
    max_size=10, unique_by=lambda each: each[:2],
)  # fmt: skip
COUNTED = st.lists(
    st.tuples(st.sampled_from([15, 15, 60]), st.floats(0, 12)), min_size=4, max_size=24
)


@given(told=CHARGES, counts=st.tuples(COUNTED, COUNTED), late=COUNTED)
def test_any_order_repetition_and_a_late_count_give_the_same(
    told: list[tuple[int, int, int, float | None, tuple[float, float] | None]],
    counts: tuple[list[tuple[int, float]], list[tuple[int, float]]],
    late: list[tuple[int, float]],
) -> None:
    charges = [
        Plugged(car, f"{car}-{first}", first * MINUTE, (first + lasts) * MINUTE, kwh, place)
        for car, first, lasts, kwh, place in told
    ]
    piles = [pile(1, HERE, counts[0]), pile(2, ELSEWHERE, counts[1])]
    stood: dict[Key, Match] = {}
    come: list[Plugged] = []
    for each in charges + charges[::2]:
        come = come if each in come else [*come, each]
        stood = brought_up(stood, come, piles, (each.start, each.end))
    assert stood == by_key(matches(charges, piles))
    # The second half of what a pile counted comes late, otherwise divided.
    half = sum(minutes for minutes, _ in counts[0][: len(counts[0]) // 2])
    piles[0] = pile(1, HERE, counts[0][: len(counts[0]) // 2] + late)
    until = max(sum(m for m, _ in counts[0]), half + sum(m for m, _ in late))
    stood = brought_up(stood, come, piles, (half * MINUTE, until * MINUTE))
    assert stood == by_key(matches(charges, piles))
    for each in charges[::3]:  # and some charges are cut otherwise, and are none any more
        come = [other for other in come if other != each]
        stood = brought_up(stood, come, piles, (each.start, each.end))
    assert stood == by_key(matches(come, piles))
    # Their places expire; whatever is looked at once more, each keeps the pile it had by its place.
    seen = {key: Seen(m.pile_id, m.away_m, "only_one" in m.how) for key, m in stood.items()}
    bare = [replace(each, place=None, seen=seen.get(each.key)) for each in come]
    kept = {key: replace(m, charge=bare[come.index(m.charge)]) for key, m in stood.items()}
    for each in bare[::2]:
        assert brought_up(kept, bare, piles, (each.start, each.end)) == kept
