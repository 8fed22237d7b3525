"""The short way of plain messages ends where the long way of all the others does."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.epoch import from_us
from domain.reading import Message
from ingest.codecs.registry import codecs
from ingest.intake import Intake
from ingest.plain import Sieve
from ingest.reading import read_messages
from ingest.router import Router
from ingest.surroundings import Surroundings
from store.telemetry.device import KnownDevice
from store.telemetry.reading import Batch
from store.telemetry.sequence import HeardNumbers

NOW = datetime(2026, 7, 1, 15, 59, 59, 999_998, tzinfo=UTC)  # a moment before midnight in Shanghai
NOW_MS = round(NOW.timestamp() * 1000)
ROUTER = Router(codecs())
DAY = timedelta(days=1)


def device(number: int, **known: Any) -> KnownDevice:
    usual = {"status": "accepted", "profile": "native", "via_id": None, "zone": None}
    window = {"accept_back": DAY, "accept_ahead": DAY / 24}
    return KnownDevice(
        number, f"meter-{number}", "electricity_meter", **{**usual, **window, **known}
    )


DEVICES = (
    device(1),
    device(2, zone="America/St_Johns"),
    device(3, status="pending"),
    device(4, status="refused"),
    device(5, profile="shelly"),
    device(6, via_id=1),
    device(8, accept_back=40_000 * DAY),
)
WORLD = Surroundings({one.code: one for one in DEVICES}, ZoneInfo("Asia/Shanghai"))

PLAIN = ["active_power_kw", "voltage_a_v", "current_a_a"]
"""Numbers of one table."""
NAMES = [*PLAIN, "water_volume_m3", "soc_percent", "gear", "unheard_of", ""]
ODD = [None, "x", True, 1e16, -1e300, [], {}]
INSTANTS = [-1, 0, 10**15, True, None, "2026-07-01T23:59:59.5+08:00", "2026-07-01T23:59:59", 1.5]
BOOTS = ["", "a", "a", "b", 7, "x" * 60, "\0", None]


def some_payload(draw: Random) -> bytes:
    """Mostly what a meter sends; now and then anything else."""

    def seldom() -> bool:
        return draw.random() < 0.05

    at_ms = NOW_MS - draw.choice(
        [0, 1, 1000, 900_000, 86_399_990, 86_500_000, -3_599_990, -4_000_000]
    )
    names = draw.sample(NAMES if seldom() else PLAIN, draw.randint(0 if seldom() else 1, 3))
    values = {name: draw.choice(ODD) if seldom() else draw.randint(-3, 3) for name in names}
    said: dict[str, Any] = {"ts": draw.choice(INSTANTS) if seldom() else at_ms, "values": values}
    if draw.random() < 0.8:
        said["seq"] = draw.choice([-1, 2**62, None, "1"]) if seldom() else draw.randint(0, 9)
    if draw.random() < 0.2:
        said["boot"] = draw.choice(BOOTS)
    if seldom():
        said["more"] = values
    if seldom():
        said = {"samples": [said, said], **draw.choice([{}, said])}
    text = bytearray(json.dumps(said).encode())
    for _ in range(draw.randint(1, 3) if seldom() else 0):
        text[draw.randrange(len(text))] = draw.randrange(256)
    return bytes(text[: draw.randint(0, len(text))] if seldom() else text)


def some_batches(draw: Random) -> list[list[Message]]:
    """What eight devices say in a minute."""
    batches = []
    for turn in range(draw.randint(1, 6)):
        batches.append([])
        for order in range(draw.randint(0, 30)):
            topic = f"cw/v1/meter-{draw.randint(1, 8)}/{draw.choices(['up', 'status'], [19, 1])[0]}"
            at = NOW + turn * timedelta(seconds=6) + timedelta(microseconds=order)
            retained, is_copy = draw.random() < 0.05, draw.random() < 0.05
            batches[-1].append(Message(1, 1, topic, some_payload(draw), retained, at, is_copy))
    return batches


def message(payload: str, number: int = 1) -> Message:
    return Message(1, 1, f"cw/v1/meter-{number}/up", payload.encode(), False, NOW)


def heard(batch: Batch) -> list[tuple[int, str, int, int]]:
    boots, runs = batch.arrival.numbers.runs()
    return sorted((d, boots[boot], first, after) for d, boot, first, after in runs.tolist())


def everything(intake: Intake, batch: Batch) -> dict[str, Any]:
    """What a batch would write, in an order of its own."""
    rows = [
        (table, *head, dict(zip(part.names, part.values_of(row), strict=True)))
        for table, parts in batch.parts.items()
        for part in parts.values()
        for row, head in enumerate(
            zip(part.devices, part.instants_us, part.received_us, part.qualities, strict=True)
        )
    ]
    samples = sorted(s for parts in batch.parts.values() for p in parts.values() for s in p.samples)
    return {
        "rows": sorted(rows, key=repr),
        "samples": (batch.samples, sorted(set(samples))),
        "touched": set(zip(batch.touched.devices, batch.touched.ordinals, strict=True)),
        "quarantined": batch.quarantined,
        "without_reading": batch.without_reading,
        "numbers": heard(batch),
        "clocks": batch.arrival.clocks,
        "statuses": batch.arrival.statuses,
        "spoke": batch.arrival.spoke,
        "newest": intake.newest.take(1.0),
    }


def the_short_way(batches: Sequence[Sequence[Message]]) -> list[dict[str, Any]]:
    intake, sieve = Intake(), Sieve(ROUTER)
    found = []
    for messages in batches:
        plain, rest = sieve.sift(messages, WORLD)
        batch, _ = intake.sort(plain, read_messages(rest, ROUTER, WORLD), WORLD)
        found.append(everything(intake, batch))
    return found


def the_long_way(batches: Sequence[Sequence[Message]]) -> list[dict[str, Any]]:
    intake = Intake()
    found = []
    for messages in batches:
        batch, _ = intake.sort([], read_messages(messages, ROUTER, WORLD), WORLD)
        found.append(everything(intake, batch))
    return found


def local_ordinal(device_id: int, instant_us: int) -> int:
    zone = WORLD.zone_of(f"meter-{device_id}")
    return from_us(instant_us).astimezone(zone).date().toordinal()


def told(intake: Intake, batches: Sequence[Batch]) -> dict[str, Any]:
    """What batches leave behind, whatever their order and size."""
    heard = HeardNumbers()
    for batch in batches:
        numbers = batch.arrival.numbers
        heard.add(numbers.devices, numbers.boots, numbers.numbers)
    parts = [everything(intake, batch) for batch in batches]
    boots, runs = heard.runs()
    return {
        "rows": sorted((row for part in parts for row in part["rows"]), key=repr),
        "touched": set().union(*(part["touched"] for part in parts)),
        "spoke": set().union(*(part["spoke"] for part in parts)),
        "without_reading": sum(part["without_reading"] for part in parts),
        "numbers": sorted((d, boots[boot], *run) for d, boot, *run in runs.tolist()),
    }


@pytest.mark.parametrize("seed", range(60))
def test_a_batch_says_what_its_messages_say_one_by_one(seed: int) -> None:
    for messages in some_batches(Random(seed)):  # noqa: S311 - nothing is kept secret with it
        whole, single, sieve = Intake(), Intake(), Sieve(ROUTER)
        plain, rest = sieve.sift(messages, WORLD)
        batch, _ = whole.sort(plain, read_messages(rest, ROUTER, WORLD), WORLD)
        batches = [
            single.sort([], read_messages([one], ROUTER, WORLD), WORLD)[0] for one in messages
        ]
        assert whole.newest.take(1.0) == single.newest.take(1.0)
        left = told(whole, [batch])
        assert left == told(single, batches)
        assert left["touched"] == {(row[1], local_ordinal(row[1], row[2])) for row in left["rows"]}
        heard = batch.arrival.numbers
        assert {(d, boot, n) for d, boot, *run in left["numbers"] for n in range(*run)} == set(
            zip(heard.devices, heard.boots, heard.numbers, strict=True)
        )


@pytest.mark.parametrize("seed", range(150))
def test_no_batch_tells_which_way_its_messages_came(seed: int) -> None:
    said = some_batches(Random(seed))  # noqa: S311 - nothing is kept secret with it
    assert the_short_way(said) == the_long_way(said)


@pytest.mark.parametrize(
    "payload",
    [
        '{"ts": 0, "values": {}}',
        f'{{"ts": {NOW_MS}, "values": {{"active_power_kw": 1, "active_power_kw": 2}}}}',
        f'{{"ts": {NOW_MS}, "values": {{"active_power_kw": 1e400}}}}',
        f'{{"ts": {NOW_MS}, "ts": {NOW_MS - 1}, "values": {{"active_power_kw": NaN}}}}',
    ],
)
def test_a_strange_message_is_read_the_same_on_both_ways(payload: str) -> None:
    assert the_short_way([[message(payload)]]) == the_long_way([[message(payload)]])


def test_a_flood_of_usual_messages_leaves_nothing_to_the_codecs() -> None:
    usual = (
        f'{{"ts": {NOW_MS}, "seq": 3, "values": {{"active_power_kw": 1.5, "voltage_a_v": 230}}}}'
    )
    plain, rest = Sieve(ROUTER).sift([message(usual, number) for number in (1, 2, 3)], WORLD)
    assert rest == []
    assert [readings.devices for readings in plain] == [(1, 2, 3)]


@pytest.mark.parametrize("number", [4, 5, 7])
def test_a_device_that_may_not_speak_here_is_left_to_the_rules(number: int) -> None:
    said = [message(f'{{"ts": {NOW_MS}, "values": {{"active_power_kw": 1.5}}}}', number)]
    assert Sieve(ROUTER).sift(said, WORLD) == ([], said)


def test_a_device_refused_since_is_heard_as_such_at_once() -> None:
    sieve, said = (
        Sieve(ROUTER),
        [message(f'{{"ts": {NOW_MS}, "values": {{"active_power_kw": 1}}}}')],
    )
    assert sieve.sift(said, WORLD)[1] == []
    changed = Surroundings({"meter-1": device(1, status="refused")}, WORLD.zone)
    assert sieve.sift(said, changed) == ([], said)


def test_a_device_that_sends_two_kinds_of_messages_in_turn_is_read_all_the_same() -> None:
    kinds = ["active_power_kw", "voltage_a_v"] * 3
    said = [
        message(f'{{"ts": {NOW_MS - order}, "values": {{"{name}": {order}}}}}')
        for order, name in enumerate(kinds)
    ]
    plain, rest = Sieve(ROUTER).sift(said, WORLD)
    assert rest == []
    found = {readings.names[0]: readings.values for readings in plain}
    assert found == {
        "active_power_kw": ((0.0,), (2.0,), (4.0,)),
        "voltage_a_v": ((1.0,), (3.0,), (5.0,)),
    }
