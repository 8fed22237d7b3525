"""Weather that is old, impossible or unlike its neighbours is told from weather that is not."""

from datetime import UTC, datetime, timedelta

from domain.weather import Doubt, Observed, assess

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


def at(station: str, value: float, *, hours: float = 0.1, quantity: str = "") -> Observed:
    name = quantity or "air_temperature_c"
    return Observed(station, name, value, NOW - timedelta(hours=hours))


def judged(*observed: Observed) -> dict[str, tuple[bool, Doubt | None]]:
    return {a.observed.station: (a.stale, a.doubt) for a in assess(observed, NOW)}


def test_a_sensor_in_the_sun_is_unlike_its_neighbours() -> None:
    found = judged(at("a", 30), at("b", 31), at("c", 29), at("sun", 44))
    assert found["sun"] == (False, Doubt.UNLIKE_NEIGHBOURS)
    assert {found[name] for name in "abc"} == {(False, None)}


def test_with_one_neighbour_nobody_can_say_who_is_wrong() -> None:
    assert judged(at("a", 30), at("b", 5)) == {"a": (False, None), "b": (False, None)}


def test_what_cannot_be_is_doubted_and_counts_for_no_neighbour() -> None:
    found = judged(at("a", 30), at("b", 31), at("dead", -127), at("c", 30))
    assert found["dead"] == (False, Doubt.BEYOND_LIMITS)
    assert found["c"] == (False, None)
    wet = assess([at("a", 101, quantity="relative_humidity_pct")], NOW)
    assert wet[0].doubt is Doubt.BEYOND_LIMITS


def test_an_old_value_is_stale_and_counts_for_no_neighbour() -> None:
    found = judged(at("a", 5), at("b", 30, hours=4), at("c", 31, hours=4))
    assert found == {"a": (False, None), "b": (True, None), "c": (True, None)}
    assert not assess([at("a", 5, hours=3)], NOW)[0].stale
    assert assess([at("a", 5, hours=2)], NOW, stale_after=timedelta(hours=1))[0].stale
