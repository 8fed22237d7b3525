"""A million spoilt payloads over all codecs and profiles: nothing escapes, nothing is invented."""

import os
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from tests.fuzz.campaign import Tally, campaign
from tests.fuzz.golden import everything_that_decodes, golden

PAYLOADS = 1_000_000
PART = 10_000


def parts() -> list[tuple[str, int, int]]:
    """Name, payloads and number of each part; equal shares, and the first ones have the rest."""
    names = sorted(golden())
    share, rest = divmod(PAYLOADS, len(names))
    return [
        (name, min(PART, whole - start), start // PART)
        for place, name in enumerate(names)
        for whole in [share + (place < rest)]
        for start in range(0, whole, PART)
    ]


def hush() -> None:
    """Keep what GmSSL writes about every forged key and signature out of the report."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


@pytest.mark.fault
@pytest.mark.timeout(1800)
def test_a_million_spoilt_payloads_let_no_exception_escape_and_no_reading_be_invented(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert golden().keys() == everything_that_decodes().keys(), "one has no sound message to spoil"
    whole: dict[str, Tally] = defaultdict(lambda: Tally(""))
    spawn = get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=spawn, initializer=hush) as pool:
        for tally in pool.map(campaign, *zip(*parts(), strict=True)):
            sums = whole[tally.name]
            sums.name = tally.name
            sums.payloads += tally.payloads
            sums.readings += tally.readings
            sums.codes += tally.codes
            sums.faults += tally.faults
    with capsys.disabled():
        print("", *whole.values(), sep="\n")  # noqa: T201 - the campaign's table
    assert [fault for tally in whole.values() for fault in tally.faults] == []
    assert sum(tally.payloads for tally in whole.values()) == PAYLOADS
    assert min(tally.readings for tally in whole.values()) > 0
