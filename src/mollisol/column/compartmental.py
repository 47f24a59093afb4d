"""What makes a matrix the operator of a compartmental system, and the error that names what does not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mollisol.units import MollisolError

Matrix = NDArray[np.float64]


class CompartmentalError(MollisolError):
    """A matrix is not the operator of a compartmental system; the message names the entry or the compartments."""


def check_compartmental(matrix: Matrix, tolerance: float = 1e-12) -> None:
    """Raise `CompartmentalError` unless diagonal <= 0, off-diagonal >= 0 and column sums <= 0.

    Column sums up to `tolerance` times the size of the diagonal count as zero.
    """
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise CompartmentalError(f"the operator must be a square matrix, got shape {matrix.shape}")
    if not np.all(np.isfinite(matrix)):
        i, j = np.argwhere(~np.isfinite(matrix))[0]
        raise CompartmentalError(f"entry [{i}, {j}] of the operator is {matrix[i, j]}")
    diagonal = np.diag(matrix)
    if np.any(diagonal > 0.0):
        i = int(np.argmax(diagonal))
        raise CompartmentalError(f"diagonal entry [{i}, {i}] of the operator is positive: {diagonal[i]}")
    off = matrix - np.diag(diagonal)
    if np.any(off < 0.0):
        i, j = np.unravel_index(int(np.argmin(off)), off.shape)
        raise CompartmentalError(f"entry [{i}, {j}] of the operator is negative: {off[i, j]}")
    excess = matrix.sum(axis=0) - tolerance * np.abs(diagonal)
    if np.any(excess > 0.0):
        j = int(np.argmax(excess))
        raise CompartmentalError(
            f"column {j} of the operator sums to {matrix[:, j].sum()}, above zero: it makes carbon"
        )
