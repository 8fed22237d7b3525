"""Sparkplug B: data of plain numbers, read from its bytes, says what it says when parsed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_sim.vendors.sparkplug_b import BOOLEAN, DOUBLE, INT32, INT64, Metric, payload
from tests.unit.ingest_codecs.sparkplug_host import ENERGY, MS, POWER, Host, codes

_BORN = [
    POWER,
    ENERGY,
    Metric(0, INT32, "Meter1/Power Factor", 300, MS, declared=True),
    Metric(0, INT64, "Pulses", None, MS, declared=True),
    Metric(0, DOUBLE, "Meter2/Voltage/L1", 0, MS, "kV", declared=True),
]
_GOOD = 192


@st.composite
def _metrics(draw: st.DrawFn) -> Metric:
    odd = draw(st.integers(0, 9)) == 0
    born = draw(st.sampled_from(_BORN))
    datatype = draw(st.sampled_from([INT64, DOUBLE, BOOLEAN])) if odd else born.datatype
    wholes = [1, 128, -1, -129, 2**31 - 1, -(2**31)]
    numbers = [1e16, float("nan"), float("inf")] if odd else [0.0, 230.1, -1235.456]
    by_alias = draw(st.booleans()) and born.alias is not None
    return Metric(
        draw(st.sampled_from(numbers if datatype == DOUBLE else wholes)),
        datatype,
        "" if by_alias else born.name,
        born.alias if by_alias else None,
        draw(st.sampled_from([0, 2**43] if odd else [MS + 5000, MS + 5001])),
        declared=draw(st.booleans()),
    )


@given(st.lists(_metrics(), min_size=1, max_size=5), st.sampled_from([MS + 6000, None]))
def test_data_of_plain_numbers_is_read_as_any_other(
    metrics: list[Metric], sent_ms: int | None
) -> None:
    def said(*metrics: Metric) -> tuple[set[str], list[str]]:
        host = Host()
        host.birth(*_BORN)
        decoded = host.hear("DDATA", payload(metrics, sent_ms, 2))
        return {repr(sample) for sample in decoded.samples}, codes(decoded)

    with_a_quality = [replace(metric, quality=_GOOD) for metric in metrics]
    assert said(*metrics) == said(*with_a_quality)


@pytest.mark.parametrize("raw", ["1200", "12001805", "1200803540", "12021001", "1202100712001805"])
def test_a_metric_too_short_to_have_a_value_says_nothing_and_breaks_nothing(raw: str) -> None:
    host = Host()
    host.birth(*_BORN)
    assert host.hear("DDATA", bytes.fromhex(raw)).samples == []


def test_data_without_a_value_that_do_not_say_null_are_set_aside_and_cost_the_others_nothing() -> (
    None
):
    host = Host()
    host.birth(*_BORN)
    empty = bytes.fromhex("1202") + bytes([0x10, 1])  # its alias alone
    body = payload([Metric(22.5, alias=2)], MS + 5000) + empty
    decoded = host.hear("DDATA", body)
    assert [sample.values for sample in decoded.samples] == [{"active_energy_import_kwh": 22.5}]
    (error,) = decoded.errors
    assert (error.code, "alias 1" in str(error)) == ("no_value", True)


def test_a_metric_that_says_null_is_no_error_nor_is_one_that_has_no_value_at_birth() -> None:
    host = Host()
    assert (
        codes(host.hear("DBIRTH", payload(_BORN, MS, 1) + bytes.fromhex("12040a0241422001"))) == []
    )
    assert codes(host.data(Metric(None, DOUBLE, alias=1))) == []
