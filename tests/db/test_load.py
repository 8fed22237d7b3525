"""The load test of Locust, as small as it goes: that it asks, of whom it says, and is answered."""

from pathlib import Path

import pytest

from bench.clients import serving
from bench.load import loaded, plant, results
from bench.target import Target, missed
from tests.conftest import new_database

pytestmark = [pytest.mark.db, pytest.mark.timeout(300)]

KINDS = {"alerts", "building", "portfolio", "meter", "fleet"}


def test_every_kind_of_person_asks_and_nobody_is_refused(
    database_server: str, template: str, tmp_path: Path
) -> None:
    with new_database(database_server, template) as url:
        plant(url, charted=1)
        with serving(url, tmp_path) as (port, _):
            stats = loaded(port, tmp_path, people=7, seconds=16)
    told = {result.name: result for result in results(stats, {})}
    operations = told["load_p95"].conditions["p50_p95_p99_ms"]
    assert isinstance(operations, dict)
    assert {name.split(":")[0] for name in operations} == KINDS
    assert list(missed(told["load_errors"], [Target("load_errors", most=0)])) == []
    assert told["load_rate"].value > 0
