"""A small district over the May holidays, shared by tests that only read it."""

from datetime import UTC, datetime

import pytest

from device_sim.district import District, DistrictSettings

FIRST = datetime(2026, 4, 26, 16, tzinfo=UTC)  # Monday 27 April, midnight in Shanghai


@pytest.fixture(scope="session")
def settings() -> DistrictSettings:
    return DistrictSettings(FIRST, institutions=3, vehicles=3, seed=11)


@pytest.fixture(scope="session")
def district(settings: DistrictSettings) -> District:
    return District(settings)
