"""The production broker, and before each test a house of its own on it."""

from collections.abc import Iterator

import pytest

from tests.door.house import House
from tests.production import WAIT_S, ProductionBroker


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProductionBroker]:
    broker = ProductionBroker(tmp_path_factory.mktemp("production"))
    broker.start()
    yield broker
    broker.process.stop(within_s=WAIT_S)  # the newest one: tests start it again


@pytest.fixture
def house(broker: ProductionBroker, database: str) -> Iterator[House]:
    house = House(broker, database)
    yield house
    house.close()
