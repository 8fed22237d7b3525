"""An alert opens late and ends late, and neither silence nor late data moves it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.alerts.course import Says, Sight, judge
from analytics.alerts.handling import awake, handled
from analytics.alerts.policy import Policy
from domain.alert import STANDING, Act, AlertState, Standing
from domain.errors import AlertError

START = datetime(2026, 7, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
TWO_OF_THREE = Policy(of=2, within=3, hold=6 * HOUR)
WORDS = {"x": Says.BAD, "-": Says.BETWEEN, ".": Says.GOOD, " ": Says.NOTHING}


def run(
    values: str, policy: Policy = TWO_OF_THREE, begin: Standing | None = None, first: int = 0
) -> tuple[Standing | None, list[Act]]:
    """An alert after values of one hour each, and what happened on the way."""
    standing, acts = begin, list[Act]()
    for hour, word in enumerate(values, start=first):
        at = START + hour * HOUR
        standing, told, _ = judge(standing, Sight(at, WORDS[word]), policy, now=at)
        acts += told
    return standing, acts


def state(values: str) -> AlertState | None:
    standing, _ = run(values)
    return standing and standing.state


@pytest.mark.parametrize(
    ("values", "want"),
    [
        ("...", None),
        ("x", AlertState.PENDING),
        ("x.", AlertState.PENDING),
        ("x..", AlertState.RESOLVED),
        ("xx", AlertState.OPEN),
        ("x.x", AlertState.OPEN),
        ("x x", AlertState.OPEN),
        ("xx......", AlertState.OPEN),
        ("xx.......", AlertState.RESOLVED),
        ("xx...-....", AlertState.OPEN),
        ("xx      .", AlertState.OPEN),
    ],
)
def test_two_of_three_open_it_and_six_clear_hours_end_it(
    values: str, want: AlertState | None
) -> None:
    assert state(values) is want


def test_no_data_never_ends_an_alert_and_the_hold_begins_anew_after_it() -> None:
    standing, acts = run("xx....      ....")
    assert standing is not None
    assert standing.state is AlertState.OPEN
    assert acts == [Act.PEND, Act.OPEN, Act.BLIND, Act.SIGHT]
    standing, acts = run("...", begin=standing, first=16)
    assert standing is not None
    assert standing.state is AlertState.RESOLVED


def test_what_comes_back_within_a_day_is_the_same_alert_and_later_another() -> None:
    ended, _ = run("xx.......")
    soon = judge(ended, Sight(START + 20 * HOUR, Says.BAD), TWO_OF_THREE, now=START + 20 * HOUR)
    late = judge(ended, Sight(START + 60 * HOUR, Says.BAD), TWO_OF_THREE, now=START + 60 * HOUR)
    assert (soon.is_new, late.is_new) == (False, True)
    back, acts = run("x", begin=soon.standing, first=21)
    assert back is not None
    assert back.reopened == 1
    assert acts == [Act.REOPEN]


def test_what_comes_and_goes_is_told_to_flap_once() -> None:
    standing, acts = run("xx......." * 6)
    assert standing is not None
    assert standing.flapping
    assert acts.count(Act.OPEN) == 1
    assert acts.count(Act.REOPEN) == 5
    assert acts.count(Act.FLAP) == 1


def test_data_of_last_month_open_nothing() -> None:
    old = Sight(START, Says.BAD)
    assert judge(None, old, Policy(), now=START + timedelta(days=30)).standing is None


def test_a_minimum_time_is_waited_for() -> None:
    policy = Policy(least=3 * HOUR)
    assert run("xxx", policy)[0].state is AlertState.PENDING  # type: ignore[union-attr]  # stands
    assert run("xxxx", policy)[0].state is AlertState.OPEN  # type: ignore[union-attr]  # stands


@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from(Says)), max_size=60))
@settings(max_examples=40)
def test_an_older_value_changes_nothing_and_only_clear_values_end_it(
    seen: list[tuple[int, Says]],
) -> None:
    standing: Standing | None = None
    now = START + 40 * HOUR
    for hour, says in seen:
        before = standing
        standing, acts, _ = judge(standing, Sight(START + hour * HOUR, says), TWO_OF_THREE, now=now)
        if before is not None and START + hour * HOUR <= before.judged_to:
            assert standing == before
            assert not acts
        if Act.RESOLVE in acts:
            assert says is Says.GOOD
        if before is not None and before.state in STANDING and says is Says.NOTHING:
            assert standing is not None
            assert standing.state is before.state


@given(st.lists(st.sampled_from(Says), max_size=40))
@settings(max_examples=30)
def test_a_value_said_twice_counts_once(said: list[Says]) -> None:
    once, twice = None, None
    for hour, says in enumerate(said):
        sight = Sight(START + hour * HOUR, says)
        once = judge(once, sight, TWO_OF_THREE, now=sight.at).standing
        for _ in range(2):
            twice = judge(twice, sight, TWO_OF_THREE, now=sight.at).standing
    assert once == twice


def test_people_move_it_along_and_back() -> None:
    standing, _ = run("xx")
    assert standing is not None
    now = START + 3 * HOUR
    seen = handled(standing, Act.ACKNOWLEDGE, now=now)
    given_away = handled(seen, Act.ASSIGN, now=now, person_id=7)
    asleep = handled(given_away, Act.SNOOZE, now=now, until=now + HOUR)
    assert [each.state for each in (seen, given_away, asleep)] == [
        AlertState.ACKNOWLEDGED, AlertState.ASSIGNED, AlertState.SNOOZED,
    ]  # fmt: skip
    assert awake(asleep, now=now) == asleep
    assert awake(asleep, now=now + HOUR).state is AlertState.OPEN
    done = handled(asleep, Act.RESOLVE, now=now)
    assert (done.state, done.resolved_at) == (AlertState.RESOLVED, now)
    assert handled(done, Act.REOPEN, now=now).state is AlertState.OPEN


@pytest.mark.parametrize(
    ("act", "until"),
    [
        (Act.REOPEN, None),
        (Act.SNOOZE, None),
        (Act.SNOOZE, START),
        (Act.SNOOZE, datetime(9999, 1, 1, tzinfo=UTC)),
        (Act.ASSIGN, None),
        (Act.OPEN, None),
    ],
)
def test_what_cannot_be_done_is_refused(act: Act, until: datetime | None) -> None:
    standing, _ = run("xx")
    assert standing is not None
    with pytest.raises(AlertError):
        handled(standing, act, now=START + HOUR, until=until)
