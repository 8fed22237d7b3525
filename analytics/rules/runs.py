"""Runs: stretches of consecutive places at which something holds."""

import numpy as np

from analytics.models.estimator import Integers, Truths


def runs(holds: Truths) -> Integers:
    """First place and end of each run, half-open, shape (n_runs, 2)."""
    edges = np.diff(np.concatenate([[False], holds, [False]]).astype(np.int8))
    return np.stack([np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)], axis=1)


def runs_of_equal(value: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> Integers:
    """First place and end of each run of one value, shape (n_runs, 2); NaN is equal to nothing."""
    if not len(value):
        return np.empty((0, 2), np.int64)
    first = np.concatenate([[0], 1 + np.flatnonzero(value[1:] != value[:-1])])
    return np.stack([first, np.append(first[1:], len(value))], axis=1)
