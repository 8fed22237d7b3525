"""Clocks that go wrong, and those in order: of which upkeep tells."""

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np

from analytics.alerts.course import Says, Sight, judge
from analytics.alerts.upkeep import CLOCK_OFFSET, POLICY, Subject, wrong_clock
from device_sim.defects.clocks import stamps
from device_sim.defects.gauges import BEGINS, MINUTES
from domain.alert import Act, Standing
from ingest.clock_watch import ClockWatch

_LOOKS_MIN = 10
"""Upkeep looks as often. [min]"""
_SUBJECT = Subject(CLOCK_OFFSET, 1, 1, None)


def clock_alerts(seed: int, *, wrong: bool) -> list[float]:
    """When alerts of a clock open, from when it went wrong on. [h]."""
    begin = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp()) + seed * 7200
    arrives = begin + 60 * np.arange(MINUTES, dtype=np.int64)
    return list(_opened(arrives.tolist(), stamps(seed, arrives, wrong=wrong).tolist()))


def _opened(arrives_s: list[int], says_s: list[float]) -> Iterator[float]:
    watch, offset_s = ClockWatch(), 0.0
    standing: Standing | None = None
    for minute, (received, instant) in enumerate(zip(arrives_s, says_s, strict=True)):
        watch.hear(1, round(instant * 1e6), received * 1_000_000)
        offset_s = watch.estimates().get(1, offset_s)
        if minute % _LOOKS_MIN:
            continue
        now = datetime.fromtimestamp(received, UTC)
        found = wrong_clock(_SUBJECT, offset_s, now)
        says = Says.GOOD if found is None else found.says
        step = judge(standing, Sight(now, says), POLICY, now=now)
        standing = step.standing
        if Act.OPEN in step.acts:
            yield (minute - BEGINS) / 60
