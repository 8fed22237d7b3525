from math import inf

from ingest.broker_limits import BrokerLimits

SIZED = """
# a comment
max_queued_messages 5000000
max_queued_bytes 1000000000
max_inflight_messages 16000
"""


def test_the_limit_that_is_met_first_says_how_long_an_outage_may_last() -> None:
    limits = BrokerLimits.parse(SIZED)
    assert limits.outage_s(rate=100, payload_bytes=50) == 1e9 / 300 / 100
    assert BrokerLimits(5e6, inf, 16000).outage_s(rate=100, payload_bytes=50) == 50_000


def test_a_configuration_that_says_nothing_has_mosquittos_defaults() -> None:
    limits = BrokerLimits.parse("listener 1883\n")
    assert limits == BrokerLimits(1000, inf, 20)
    assert limits.outage_s(rate=1, payload_bytes=300) == 1000


def test_without_messages_any_outage_is_survived() -> None:
    assert BrokerLimits.parse("").outage_s(rate=0, payload_bytes=300) == inf
