"""The load of one building over time: rates at knots 5 minutes apart, straight in between.

The amount drawn since the first instant is the exact integral of that line, so that every
register is the integral of its power at any instant, not only at the knots.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from device_sim.arrays import Floats, Seconds
from device_sim.chain import Chain

KNOT_S = 300
"""Time between two knots [s]."""
BLOCK_S = 32 * 86_400
"""Time covered by one block [s]."""

Rates = Callable[[Seconds], dict[str, Floats]]
"""Rates per hour of each part of the load at given instants: kW, kvar or m3/h."""


@dataclass(frozen=True)
class _Block:
    """One block; arrays have the shape (parts, knots + 1), the last knot being the next's first."""

    start_s: int
    row: dict[str, int]
    rates: Floats
    amounts: Floats

    def rate(self, part: str, at: Seconds) -> Floats:
        knot, share = self._place(at)
        rates = self.rates[self.row[part]]
        rate: Floats = rates[knot] + (rates[knot + 1] - rates[knot]) * share
        return rate

    def amount(self, part: str, at: Seconds) -> Floats:
        knot, share = self._place(at)
        rates = self.rates[self.row[part]]
        mean = rates[knot] + 0.5 * (rates[knot + 1] - rates[knot]) * share
        amount: Floats = self.amounts[self.row[part]][knot] + mean * share * (KNOT_S / 3600.0)
        return amount

    def _place(self, at: Seconds) -> tuple[Seconds, Floats]:
        knot, rest = np.divmod(at - self.start_s, KNOT_S)
        return knot, rest / KNOT_S


class BuildingLoad:
    """Rates and amounts of every part of a building's load from `first_s` on.

    Parameters
    ----------
    rates : Rates
        A function of each instant alone.
    first_s : int
        Where amounts begin at zero. [s since 1970]
    """

    def __init__(self, rates: Rates, first_s: int) -> None:
        self._rates = rates
        self._chain: Chain[Floats | None, _Block] = Chain(
            lambda number, before: self._build(first_s + number * BLOCK_S, before),
            lambda number: first_s + number * BLOCK_S,
            None,
        )

    def rate(self, part: str, at: Seconds) -> Floats:
        """Rate of a part at ascending instants, none before the first [per hour]."""
        return self._chain.read(at, lambda block, part_at: block.rate(part, part_at))

    def amount(self, part: str, at: Seconds) -> Floats:
        """Integral of the rate from the first instant, at ascending instants [rate x h]."""
        return self._chain.read(at, lambda block, part_at: block.amount(part, part_at))

    def _build(self, start_s: int, before: Floats | None) -> tuple[_Block, Floats]:
        named = self._rates(np.arange(start_s, start_s + BLOCK_S + 1, KNOT_S, dtype=np.int64))
        rates = np.array(list(named.values()))
        amounts = np.zeros_like(rates)
        np.cumsum((rates[:, 1:] + rates[:, :-1]) * (KNOT_S / 7200.0), axis=1, out=amounts[:, 1:])
        if before is not None:
            amounts += before[:, np.newaxis]
        row = {part: index for index, part in enumerate(named)}
        return _Block(start_s, row, rates, amounts), amounts[:, -1].copy()
