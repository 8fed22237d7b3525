"""Out-of-time errors within one year: each block of days is predicted from all the others."""

import numpy as np

from analytics.models.estimator import Floats, Integers, Truths

_RIDGE = 1e-8
"""Share of a normal matrix's mean diagonal, for a column whose days are all in one block. [1]"""
_AT_ONCE = 128


def blocked_residuals(
    columns: Floats,
    membership: Floats,
    index: Integers,
    alive: Truths,
    energy: Floats,
    block_days: int,
) -> Floats:
    """Measured less predicted, by models that have not seen the block.

    Parameters
    ----------
    columns : ndarray of float, shape (n_days, n_hinges)
        `hinges` of each day, all 0 on a day that is not used.
    membership : ndarray of float, shape (n_days, n_columns)
        Whether each column of the split counts on a day.
    index : ndarray of int, shape (n_meters, n_columns)
        Hinge behind each column.
    alive : ndarray of bool, shape (n_meters, n_columns)
        Columns that take part.
    energy : ndarray of float, shape (n_days, n_meters)
        0 on a day that is not used.

    Returns
    -------
    ndarray of float, shape (n_days, n_meters)
        0 on a day that is not used.
    """
    n_days, meters = energy.shape
    blocks = -(-n_days // block_days)
    missing = blocks * block_days - n_days
    columns, membership, energy = (_longer(each, missing) for each in (columns, membership, energy))
    padded = energy.T.reshape(meters, blocks, block_days, 1)
    alike, of_meter = np.unique(np.where(alive, index, -1), axis=0, return_inverse=True)
    residual = np.empty(padded.shape)
    for start in range(0, len(alike), _AT_ONCE):
        part = alike[start : start + _AT_ONCE]
        design = columns.T[part].transpose(0, 2, 1) * membership * (part >= 0)[:, None]
        width = design.shape[2]
        design = design.reshape(-1, blocks, block_days, width)
        turned = design.swapaxes(2, 3)
        gram = turned @ design
        normal = gram.sum(axis=1, keepdims=True) - gram
        diagonal = np.einsum("mbii->mbi", normal)
        diagonal += _RIDGE * diagonal.mean(axis=2, keepdims=True) + np.finfo(np.float64).tiny
        inverse = np.linalg.inv(normal)
        ours = np.flatnonzero((of_meter >= start) & (of_meter < start + len(part)))
        for at in range(0, len(ours), _AT_ONCE):
            meter = ours[at : at + _AT_ONCE]
            of = of_meter[meter] - start
            cross = turned[of] @ padded[meter]
            solved = inverse[of] @ (cross.sum(axis=1, keepdims=True) - cross)
            residual[meter] = padded[meter] - design[of] @ solved
    return np.asarray(residual.reshape(meters, -1)[:, :n_days].T)


def _longer(rows: Floats, missing: int) -> Floats:
    """Rows with so many rows of 0 below them."""
    return np.concatenate([rows, np.zeros((missing, rows.shape[1]))])
