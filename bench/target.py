"""What figures of a benchmark have to reach.

Times are told; judged are only those that acceptance bounds.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bench.result import Result


@dataclass(frozen=True, slots=True)
class Target:
    """A bound of a figure.

    Attributes
    ----------
    result : str
        Name of the result.
    least, most : float
        In its unit.
    of : str
        Name of one of its conditions that is bounded; empty: the figure itself.
    peer_meters : int or None
        Only where the peer has fitted so many meters in the same run.
    wider : bool
        Of the wider list of aims, not of those that acceptance names. A miss is told as such and
        counts all the same.
    """

    result: str
    least: float = float("-inf")
    most: float = float("inf")
    of: str = ""
    peer_meters: int | None = None
    wider: bool = False


def missed(result: Result, targets: Sequence[Target]) -> Iterator[str]:
    """Name each target of a result that it does not reach."""
    for target in targets:
        if target.result != result.name:
            continue
        if target.peer_meters not in {None, result.conditions.get("peer_meters")}:
            continue
        value = result.conditions.get(target.of) if target.of else result.value
        name = f"{result.name} {target.of}".strip()
        if not isinstance(value, int | float):
            yield f"{name}: there is no figure"
        elif not target.least <= value <= target.most:
            kind = " (of the wider list)" if target.wider else ""
            yield f"{name}: {value:.4g}, want {target.least:g} to {target.most:g}{kind}"


def print_all(results: Iterable[Result], targets: Sequence[Target], *, program: str) -> int:
    """Print results as they come, and name each target missed; the exit status that says so."""
    lacking: list[str] = []
    for result in results:
        result.print()
        lacking += missed(result, targets)
    for each in lacking:
        print(f"{program}: missed: {each}", file=sys.stderr)
    return 1 if lacking else 0
