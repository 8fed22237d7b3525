"""Faults inside a device: its clock, its registers, its memory. Each happens once, somewhere."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from types import MappingProxyType

from device_sim.faults.stream import Measurements, Taken
from domain.quantity import Kind, quantities
from domain.reading import Value

DeviceFault = Callable[[Measurements, Random], list[Taken]]

_NTP_WRAPS = datetime(2036, 2, 7, 6, 28, 16, tzinfo=UTC)
"""Where a clock without a battery may stand after a wrong answer."""
_FORGOTTEN = datetime(2000, 1, 1, tzinfo=UTC)
"""Where a clock stands that has lost its battery."""
_HIGHEST_LEVEL = 3
_BEFORE_S = 30
_REGISTER_ENDS = 1_000_000.0
"""Where a register of six places goes on at 0. [its unit]"""
_REGISTERS = frozenset(n for n, q in quantities().items() if q.kind is Kind.CUMULATIVE)


def clock_offset(taken: Measurements, random: Random) -> list[Taken]:
    """From some instant on the clock is wrong by up to two minutes, often by whole ones."""
    wrong_s = random.choice((-60, 60, random.randint(-120, 120)))
    cut, shift = random.randrange(len(taken)), timedelta(seconds=wrong_s)
    return [*taken[:cut], *(_at(one, one.measured.at + shift) for one in taken[cut:])]


def clock_drift(taken: Measurements, random: Random) -> list[Taken]:
    """The clock gains or loses up to 200 ppm."""
    rate, start = random.uniform(-2e-4, 2e-4), taken[0].measured.at
    return [
        _at(one, _whole_ms(one.measured.at + rate * (one.measured.at - start))) for one in taken
    ]


def clock_jump(taken: Measurements, random: Random) -> list[Taken]:
    """For one measurement the clock stands in another age."""
    hit, age = random.randrange(len(taken)), random.choice((_NTP_WRAPS, _FORGOTTEN))
    # A second of its own, as two jumps of a device are two measurements
    wrong = age + timedelta(seconds=taken[hit].measured.number)
    return [_at(one, wrong) if index == hit else one for index, one in enumerate(taken)]


def register_reset(taken: Measurements, random: Random) -> list[Taken]:
    """The meter is exchanged: its registers begin anew."""
    cut = random.randrange(len(taken))
    base = taken[cut].measured.values
    return [
        *taken[:cut],
        *(_registers(one, lambda name, v: v - _number(base, name)) for one in taken[cut:]),
    ]


def roll_over(taken: Measurements, random: Random) -> list[Taken]:
    """The registers pass 999,999 and go on at 0."""
    cut = random.randrange(len(taken))
    base = taken[cut].measured.values
    return [_registers(one, lambda name, v: v - _number(base, name)) for one in taken]


def daily_reset(taken: Measurements, random: Random) -> list[Taken]:
    """The registers count the local day only."""
    del random
    base: dict[object, Mapping[str, Value]] = {}
    made = []
    for one in taken:
        day = one.measured.at.astimezone(one.measured.zone).date()
        start = base.setdefault(day, one.measured.values)
        made.append(_registers(one, lambda name, v, start=start: v - _number(start, name)))  # type: ignore[misc]  # bound now
    return made


def zero_registers(taken: Measurements, random: Random) -> list[Taken]:
    """A broken wire behind the device: some readings of its registers are 0."""
    cut = random.randrange(len(taken))
    end = cut + random.randint(1, 5)
    return [
        _registers(one, lambda _, v: 0.0 * v) if cut <= index < end else one
        for index, one in enumerate(taken)
    ]


def partial_updates(taken: Measurements, random: Random) -> list[Taken]:
    """Some measurements come in two parts of the same instant, as values change."""
    cut = random.randrange(len(taken))
    end, made = cut + random.randint(1, 10), []
    for index, one in enumerate(taken):
        names = sorted(one.measured.values)
        if not cut <= index < end or len(names) == 1:
            made.append(one)
            continue
        random.shuffle(names)
        at = random.randrange(1, len(names))
        made += [_only(one, names[:at]), _only(one, names[at:])]
    return made


def second_value(taken: Measurements, random: Random) -> list[Taken]:
    """The device measures an instant twice and says something else the second time."""
    hit = random.randrange(len(taken))
    one = taken[hit]
    values = {
        name: value if isinstance(value, str) else round(value + 1.0, 6) % _REGISTER_ENDS
        for name, value in one.measured.values.items()
    }
    other = replace(one, measured=replace(one.measured, values=values))
    return [*taken[: hit + 1], other, *taken[hit + 1 :]]


def alarm(taken: Measurements, random: Random) -> list[Taken]:
    """A vehicle's alarm for some measurements; at the highest level it adds what was before.

    The standard of vehicles wants the 30 s before such an alarm, a report a second, as re-issue.
    """
    if not any("alarm_level" in one.measured.values for one in taken):
        return list(taken)
    level, flags = random.choice((1, 2, 3)), sum(1 << bit for bit in random.sample(range(19), 3))
    cut = random.randrange(len(taken))
    end = cut + random.randint(1, 20)
    made = [
        _changed(one, {"alarm_level": level, "alarm_flags": flags}) if cut <= index < end else one
        for index, one in enumerate(taken)
    ]
    if level == _HIGHEST_LEVEL and cut:
        made[cut + 1 : cut + 1] = _seconds_before(taken, cut)
    return made


def outage(taken: Measurements, random: Random) -> list[Taken]:
    """No network for a while: measurements are kept and sent at once afterwards."""
    cut = random.randrange(len(taken))
    end = min(len(taken), cut + random.randint(5, 40))
    back = taken[end - 1].send_at
    kept = [
        replace(one, send_at=back, measured=replace(one.measured, late=True))
        for one in taken[cut:end]
    ]
    return [*taken[:cut], *kept, *taken[end:]]


DEVICE_FAULTS: Mapping[str, DeviceFault] = MappingProxyType(
    {
        fault.__name__: fault
        for fault in (
            clock_offset,
            clock_drift,
            clock_jump,
            register_reset,
            roll_over,
            daily_reset,
            zero_registers,
            partial_updates,
            second_value,
            alarm,
            outage,
        )
    }
)


def _at(one: Taken, at: datetime) -> Taken:
    return replace(one, measured=replace(one.measured, at=at))


def _whole_ms(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _changed(one: Taken, values: Mapping[str, Value]) -> Taken:
    """The same with other values of some of the quantities it has."""
    known = {name: value for name, value in values.items() if name in one.measured.values}
    values = {**one.measured.values, **known}
    return replace(one, measured=replace(one.measured, values=values))


def _seconds_before(taken: Measurements, cut: int) -> list[Taken]:
    """What was second by second before an alarm, sent after it; what was sent is not sent again."""
    before, begun = taken[cut - 1], taken[cut].measured.at
    sent = {one.measured.at for one in taken}
    instants = (begun - timedelta(seconds=s) for s in range(_BEFORE_S, 0, -1))
    return [
        replace(taken[cut], measured=replace(before.measured, at=at, late=True))
        for at in instants
        if at not in sent and at > before.measured.at
    ]


def _number(values: Mapping[str, Value], name: str) -> float:
    value = values.get(name, 0.0)
    return 0.0 if isinstance(value, str) else value


def _registers(one: Taken, change: Callable[[str, float], float]) -> Taken:
    values = dict(one.measured.values)
    for name, value in values.items():
        if name in _REGISTERS and not isinstance(value, str):
            values[name] = round(round(change(name, value), 2) % _REGISTER_ENDS, 2)
    return replace(one, measured=replace(one.measured, values=values))


def _only(one: Taken, names: list[str]) -> Taken:
    values = {name: one.measured.values[name] for name in names}
    return replace(one, measured=replace(one.measured, values=values))
