"""Faults do what they are named for, and the truth beside them is exact."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest

from device_sim.catalogue import VENDORS
from device_sim.faults.afflicted import FAULTS, afflicted
from device_sim.faults.expected import Expected, expected
from device_sim.faults.stream import Taken
from device_sim.plain_device import PlainDevice

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOW = START + timedelta(days=1)
SEEDS = range(4)
UNDATED = {"esphome", "evcc", "ovms_v3_mqtt", "teslamate_mqtt", "victron_venus"}
DATED = sorted(VENDORS.keys() - UNDATED)


def stream(vendor: str = "native", count: int = 80) -> list[Taken]:
    device = PlainDevice(VENDORS[vendor], 3, ZoneInfo("Asia/Shanghai"))
    return [Taken(m.at, m) for m in device.measured(START, timedelta(minutes=1), 0, count)]


def truth(*faults: str, seed: int = 1, vendor: str = "native") -> Expected:
    messages = afflicted(VENDORS[vendor], stream(vendor), faults, Random(seed))  # noqa: S311 - no secret
    assert list(messages) == sorted(messages, key=lambda one: one.send_at)
    return expected(messages, NOW, timedelta(days=30), timedelta(minutes=5))


@pytest.mark.parametrize("vendor", DATED)
@pytest.mark.parametrize("fault", ["resent", "out_of_order", "filled_later", "retained", "outage"])
def test_what_only_happens_on_the_way_changes_nothing_that_is_to_be_stored(
    vendor: str, fault: str
) -> None:
    plain = truth(vendor=vendor)
    for seed in SEEDS[:2]:
        found = truth(fault, seed=seed, vendor=vendor)
        assert found.values == plain.values
        assert not found.disputed
        assert not found.quarantine
        assert not found.missing


def test_a_partial_update_is_merged() -> None:
    for seed in SEEDS:
        found = truth("partial_updates", seed=seed)
        assert found.values == truth().values
        assert found.messages > truth().messages


def test_what_is_lost_is_missing_by_its_number() -> None:
    whole = truth()
    known = []
    for seed in SEEDS:
        found = truth("lost", seed=seed)
        gone = len(whole.values) - len(found.values)
        assert 1 <= gone <= 4
        missing = found.missing.get("meter-00003", set())
        # At the very beginning and at the very end nobody can know.
        assert len(missing) in {0, gone}
        known.append(bool(missing))
    assert sum(known) > len(known) / 2


@pytest.mark.parametrize("vendor", DATED)
def test_poison_is_one_more_message_in_quarantine(vendor: str) -> None:
    for seed in SEEDS[:2]:
        found = truth("poison", seed=seed, vendor=vendor)
        assert len(found.quarantine) == 1
        assert found.values == truth(vendor=vendor).values


def test_a_second_value_is_in_dispute_and_the_greater_wins() -> None:
    for seed in SEEDS:
        found, plain = truth("second_value", seed=seed), truth()
        [instant] = found.disputed
        assert found.disputed[instant] == set(plain.values[instant])
        won, lost = found.values[instant]["power_factor"], plain.values[instant]["power_factor"]
        assert float(won) == float(lost) + 1


def test_a_clock_in_another_age_is_one_sample_in_quarantine() -> None:
    for seed in SEEDS:
        found = truth("clock_jump", seed=seed)
        assert len(found.quarantine) == 1
        assert len(found.values) == len(truth().values) - 1
        assert sum(map(len, found.missing.values())) <= 1


def test_registers_begin_anew_pass_their_end_or_count_the_day_only() -> None:
    name = "active_energy_import_kwh"

    def register(fault: str, seed: int) -> list[float]:
        values = truth(fault, seed=seed).values
        return [float(values[instant][name]) for instant in sorted(values)]

    for seed in SEEDS:
        for fault, drops in (("register_reset", 1), ("roll_over", 1), ("daily_reset", 1)):
            shown = register(fault, seed)
            steps = [b - a for a, b in pairwise(shown)]
            assert sum(step < 0 for step in steps) <= drops
            assert min(shown) == 0.0
        assert max(register("roll_over", seed)) < 1_000_000


def test_faults_together_keep_a_truth_for_every_message() -> None:
    for seed in SEEDS:
        found = truth(*FAULTS, seed=seed)
        assert found.samples == found.messages
        assert found == truth(*FAULTS, seed=seed)
