"""A history in blocks, each continued from the end of the one before, worked out when asked for."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

import numpy as np

from device_sim.arrays import Floats, Seconds

State = TypeVar("State")
Block = TypeVar("Block")

_KEPT = 3


class Chain(Generic[State, Block]):
    """Blocks 0, 1, 2 ..: the states between them are kept for good, the blocks only for a while.

    Parameters
    ----------
    build : callable
        Pure: number of the block and state at its start, to the block and the state at its end.
    start_s : callable
        Number of a block to the instant at which it starts. [s since 1970]
    initial : State
        State at the start of block 0.
    """

    def __init__(
        self,
        build: Callable[[int, State], tuple[Block, State]],
        start_s: Callable[[int], int],
        initial: State,
    ) -> None:
        self._build = build
        self._start_s = start_s
        self._states = [initial]
        self._starts = [start_s(0)]
        self._blocks: OrderedDict[int, Block] = OrderedDict()

    def number(self, at_s: int) -> int:
        """Number of the block in which an instant lies."""
        if at_s < self._starts[0]:
            raise ValueError(f"{at_s} lies before the beginning at {self._starts[0]}")
        while self._starts[-1] <= at_s:
            self._starts.append(self._start_s(len(self._starts)))
        return bisect_right(self._starts, at_s) - 1

    def block(self, number: int) -> Block:
        """The block of that number, from 0."""
        if number in self._blocks:
            self._blocks.move_to_end(number)
            return self._blocks[number]
        while len(self._states) <= number:
            self._states.append(self._build(len(self._states) - 1, self._states[-1])[1])
        block, after = self._build(number, self._states[number])
        if len(self._states) == number + 1:
            self._states.append(after)
        self._blocks[number] = block
        if len(self._blocks) > _KEPT:
            self._blocks.popitem(last=False)
        return block

    def read(self, at: Seconds, read: Callable[[Block, Seconds], Floats]) -> Floats:
        """Values at ascending instants, each read from its block; the last axis is time."""
        if not len(at):
            return read(self.block(0), at)
        parts = []
        first, last = self.number(int(at[0])), self.number(int(at[-1]))
        cuts = np.searchsorted(at, self._starts[first + 1 : last + 1])
        for number, part in zip(range(first, last + 1), np.split(at, cuts), strict=True):
            if len(part):
                parts.append(read(self.block(number), part))
        return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=-1)
