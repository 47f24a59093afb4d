"""The operator as a matrix, for checks, tests and clocks: B of one column."""

from __future__ import annotations

import numpy as np

from mollisol.column.compartmental import Matrix
from mollisol.column.model import Model
from mollisol.column.rates import Rates


def dense_operator(model: Model, rates: Rates, rows: int, column: int = 0) -> Matrix:
    """Return B (row * pool, row * pool), 1/yr, of one column; state number = row * number of pools + pool."""
    names = model.pool_names
    count = len(names)
    matrix = np.zeros((rows * count, rows * count))

    def values(rate: object) -> Matrix:
        array = np.asarray(rate, dtype=np.float64)
        array = array.reshape((1,) * (2 - array.ndim) + array.shape)
        wide = np.broadcast_to(array, (rows, max(array.shape[1], column + 1)))
        return np.asarray(wide[:, column])

    def flow(source: int, rate: Matrix, to: int | None = None, shift: int = 0) -> None:
        for row in range(rows):
            origin = row * count + source
            matrix[origin, origin] -= rate[row]
            if to is not None and 0 <= row + shift < rows:
                matrix[(row + shift) * count + to, origin] += rate[row]

    for (to, frm), rate in rates.transfer.items():
        flow(names.index(frm), values(rate), names.index(to))
    for (to, frm), rate in rates.carried.items():
        leaving, source = values(rate), names.index(frm)
        flow(source, leaving)
        kernel = np.asarray(rates.kernel[to, frm])
        arrives = np.broadcast_to(kernel, (rows, rows, max(kernel.shape[-1], column + 1)))[..., column]
        matrix[names.index(to) :: count, source::count] += arrives * leaving
    for pool, rate in rates.respired.items():
        flow(names.index(pool), values(rate))
    for (_, pool), rate in rates.export.items():
        flow(names.index(pool), values(rate))
    for pool, rate in rates.down.items():
        flow(names.index(pool), values(rate), names.index(pool), 1)
    for pool, rate in rates.up.items():
        flow(names.index(pool), values(rate), names.index(pool), -1)
    return matrix
