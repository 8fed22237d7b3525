"""Edge nodes of Sparkplug B as tests begin with them."""

import pytest

from tests.unit.ingest_codecs.sparkplug_host import ENERGY, POWER, Host


@pytest.fixture
def host() -> Host:
    return Host()


@pytest.fixture
def born() -> Host:
    host = Host()
    host.birth(POWER, ENERGY)
    return host
