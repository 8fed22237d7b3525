"""Few interruptions, the urgent ones always, and a storm is one."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from analytics.alerts.budget import STORM, News, Storm, Told, day_began, shift_began, told
from analytics.alerts.feedback import MOST, precision, raised
from analytics.alerts.quiet import Heard, dead_gateways, patience, silent_devices
from analytics.rules.finding import Priority
from domain.alert import Verdict

NOW = datetime(2026, 7, 1, 3, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_the_budget_goes_to_the_gravest_and_costliest() -> None:
    news = [
        News(1, Priority.LOW, 900.0),
        News(2, Priority.HIGH, 10.0),
        News(3, Priority.HIGH, 50.0),
        News(4, Priority.URGENT),
    ]
    chosen = told(news, 1)
    assert (chosen.alone, set(chosen.over), chosen.held) == ((4, 3), {4}, (2, 1))
    assert told(news, 0).alone == (4,)


def test_a_storm_is_one_digest_in_which_nothing_is_lost() -> None:
    news = [News(number, Priority.HIGH) for number in range(10_000)]
    chosen = told(news, 5)
    assert (chosen.alone, chosen.held) == ((), ())
    assert sorted(chosen.digest) == list(range(10_000))


def test_shifts_begin_every_eight_hours_of_local_time() -> None:
    assert shift_began(NOW, SHANGHAI) == datetime(2026, 7, 1, 8, tzinfo=SHANGHAI)
    assert day_began(NOW, SHANGHAI) == datetime(2026, 7, 1, tzinfo=SHANGHAI)


def test_a_gateway_is_dead_when_everybody_behind_it_is_silent() -> None:
    wait = 15 * MINUTE
    heard = [Heard(number, 100, NOW - 20 * MINUTE, wait) for number in range(60)]
    silent = silent_devices(heard, NOW)
    assert len(silent) == 60
    assert dead_gateways(heard, silent) == {100: 20 * MINUTE}
    one_speaks = [*heard[1:], Heard(0, 100, NOW, wait)]
    assert dead_gateways(one_speaks, silent_devices(one_speaks, NOW)) == {}
    alone = heard[:1]
    assert dead_gateways(alone, silent_devices(alone, NOW)) == {}


def test_a_meter_of_hours_is_given_hours() -> None:
    assert patience(60 * MINUTE, intervals=3, least=15 * MINUTE) == 180 * MINUTE
    assert patience(MINUTE, intervals=3, least=15 * MINUTE) == 15 * MINUTE
    assert patience(None, intervals=3, least=15 * MINUTE) == 15 * MINUTE


@pytest.mark.parametrize(("days", "want"), [(0, 1.25), (60, 1.125)])
def test_a_false_alarm_raises_a_threshold_and_fades(days: int, want: float) -> None:
    said = [(NOW, Verdict.FALSE)]
    assert raised(said, NOW + timedelta(days=days)) == pytest.approx(want)


def test_no_number_of_verdicts_mutes_a_rule() -> None:
    assert raised([(NOW, Verdict.FALSE)] * 50, NOW) == MOST
    assert raised([(NOW, Verdict.TRUE)] * 50, NOW) == 1.0
    assert raised([(NOW, Verdict.KNOWN)] * 50, NOW) == 1.0
    assert precision([Verdict.TRUE, Verdict.FALSE, Verdict.KNOWN, Verdict.TRUE]) == 2 / 3
    assert precision([Verdict.KNOWN]) is None


def test_what_follows_a_storm_joins_its_digest_and_urgent_ones_still_stand_out() -> None:
    news = [News(1, Priority.HIGH), News(2, Priority.LOW), News(3, Priority.URGENT)]
    assert told(news, 5, Storm(stands=True)) == Told((3,), frozenset({3}), (1, 2))
    assert told(news, 5, Storm(stands=True, urgent=STORM - 1)).alone == (3,)
    more = Storm(stands=True, urgent=STORM, told_urgent=True)
    assert told(news, 5, more) == Told(digest=(3, 1, 2), digest_urgent=True)


def test_urgent_ones_that_come_one_by_one_are_a_storm_in_the_end() -> None:
    one = [News(1, Priority.URGENT)]
    assert told(one, 0, Storm(urgent=STORM - 1)).alone == (1,)
    assert told(one, 0, Storm(urgent=STORM)) == Told(digest=(1,), digest_urgent=True)


def test_urgent_ones_are_never_taken_in_by_a_digest_that_woke_nobody() -> None:
    many = [News(number, Priority.URGENT) for number in range(STORM + 1)]
    chosen = told(many, 0, Storm(stands=True))
    assert (chosen.anew, chosen.digest_urgent, len(chosen.digest)) == (True, True, STORM + 1)
    assert not told(many, 0, Storm(stands=True, told_urgent=True)).anew
    assert not told(many, 0).anew


def test_low_ones_make_no_storm_of_their_own_however_many() -> None:
    low = [News(number, Priority.LOW) for number in range(100)]
    assert told(low, 5) == Told(held=tuple(range(100)))


def test_a_storm_that_begins_tells_of_a_few_urgent_ones_by_themselves() -> None:
    news = [
        *(News(number, Priority.HIGH) for number in range(STORM + 1)),
        News(99, Priority.URGENT),
    ]
    assert told(news, 5) == Told((99,), frozenset({99}), tuple(range(STORM + 1)))
