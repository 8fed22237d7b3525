"""A benchmark names each target that it misses, and none that it could not measure."""

import pytest

from bench.result import Result
from bench.target import Target, missed

ERROR = Target("error", most=0.125)
MEAN = Target("error", most=0.178, of="mean", wider=True)
BETTER = Target("error", least=26, of="better_on", peer_meters=30)


@pytest.mark.parametrize(
    ("value", "conditions", "names"),
    [
        (0.12, {"mean": 0.1}, []),
        (0.13, {"mean": 0.1}, ["error: 0.13, want -inf to 0.125"]),
        (
            0.12,
            {"mean": 0.1, "peer_meters": 30, "better_on": 25},
            ["error better_on: 25, want 26 to inf"],
        ),
        (0.12, {"mean": 0.1, "peer_meters": 3, "better_on": 1}, []),
        (0.12, {"mean": 0.1, "peer_meters": 30}, ["error better_on: there is no figure"]),
        (0.12, {"mean": 0.2}, ["error mean: 0.2, want -inf to 0.178 (of the wider list)"]),
    ],
)
def test_what_is_missed_is_named(
    value: float, conditions: dict[str, object], names: list[str]
) -> None:
    assert [*missed(Result("error", value, "1", conditions), (ERROR, BETTER, MEAN))] == names
