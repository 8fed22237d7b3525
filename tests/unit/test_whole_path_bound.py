"""The benchmark of foreign messages fails where one costs more than it may."""

import pytest

from bench.result import CheckError, Result
from bench.whole_path import MOST, check


def result(name: str, ratio: float) -> Result:
    return Result(name, 100.0, "us/message", {}, "native messages with as many values", ratio)


def test_a_profile_above_its_bound_ends_the_benchmark_with_its_name() -> None:
    check([result("cheap", 1.0), result("just", MOST)])
    with pytest.raises(CheckError, match=r"more than 2\.5 times .*: dear 2\.60, dearer 9\.00$"):
        check([result("cheap", 1.0), result("dear", 2.6), result("dearer", 9.0)])
