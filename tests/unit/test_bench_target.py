"""A benchmark names each target that it misses, and none that it could not measure."""

from types import ModuleType

import pytest

from bench import consumption, dashboard
from bench.result import Result
from bench.target import Target, missed, print_all

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


@pytest.mark.parametrize(
    ("module", "name", "bound"),
    [
        (consumption, "consumption_late_day", 50),
        (consumption, "consumption_growth", 1.2),
        (dashboard, "dashboard_year_of_a_meter", 100),
        (dashboard, "dashboard_portfolio_month", 100),
    ],
)
def test_a_bound_of_acceptance_that_is_missed_ends_the_benchmark_with_1(
    capsys: pytest.CaptureFixture[str], module: ModuleType, name: str, bound: float
) -> None:
    within, beyond = (Result(name, bound * share, "x", {}) for share in (0.9, 1.1))
    told = Result("only_told", 10**9, "x", {})
    assert print_all([told, within], module.TARGETS, program="bench.x") == 0
    assert print_all([told, within, beyond], module.TARGETS, program="bench.x") == 1
    said = capsys.readouterr()
    assert [said.out.count(f'"name": "{each}"') for each in ("only_told", name)] == [2, 3]
    assert said.err.startswith(f"bench.x: missed: {name}: ")
