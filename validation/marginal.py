"""How far the likelihood of a calibration may take the model as linear in what sites have of their own.

`python -m validation.marginal [DATA_FOLDER] [--config FILE] [--parameters SET] [--along NAME] [--markdown FILE]`

Points along the ridge of one parameter (the others move as the set's covariance says): the logarithm of the posterior
with the slopes of the sites as they are at the set's best estimate, with those at each point, and with the integral
over the sites' factors sampled (`evidence.marginal`), all as differences from the best estimate. Five minutes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from validation.blind_tables import table
from validation.tables import ROOT, table_command

BEGIN, END = "<!-- marginal: made by validation/marginal.py -->", "<!-- end of marginal -->"
AWAY = (-2.0, -1.0, 1.0, 2.0)
"""Standard deviations of the parameter."""


def lines(given: argparse.Namespace) -> list[str]:
    """Return the table."""
    import jax.numpy as jnp

    from mollisol.column.backend import configure
    from mollisol.evidence.configuration import read_configuration
    from mollisol.evidence.gather import gather
    from mollisol.evidence.likelihood import log_posterior_at, log_posterior_near, slopes_at
    from mollisol.evidence.marginal import marginal
    from mollisol.models.parameter_sets import parameter_set
    from mollisol.units import InputError

    configure()
    along, chosen = given.along, parameter_set(given.parameters)
    if along not in chosen.parameters:
        raise InputError(f"'{along}' is not fitted", key="--along", remedy=f"known are {', '.join(chosen.parameters)}")
    joint, _ = gather(read_configuration(given.config), given.data, "fit")
    space = joint.space
    best = space.point({**dict(zip(chosen.parameters, chosen.best, strict=True)), **chosen.spread})
    scale = np.array([space.axes[space.names.index(name)].prior.spread for name in chosen.parameters])
    covariance = np.asarray(chosen.covariance) / np.outer(scale, scale)
    number = chosen.parameters.index(along)
    own = [space.names.index(name) for name in chosen.parameters]
    slopes = slopes_at(joint, jnp.asarray(best))

    def found(away: float) -> np.ndarray:
        z = best.copy()
        z[own] += away * covariance[:, number] / np.sqrt(covariance[number, number])
        near = float(log_posterior_near(joint, jnp.asarray(z), slopes))
        at = float(log_posterior_at(joint, jnp.asarray(z)))
        sampled = marginal(joint, z)
        return np.array([near, at, at - sampled.linear + sampled.sampled.sum()])

    middle = found(0.0)
    rows = []
    for away in AWAY:
        rows.append([f"{away:+.0f}", *(f"{value:+.2f}" for value in found(away) - middle)])
    head = [f"{along}, standard deviations", "slopes of the best estimate", "slopes of the point", "sampled"]
    return table(head, rows)


def main(arguments: list[str] | None = None) -> int:
    """Compare, and print the table."""
    options = {
        "--config": {"type": Path, "default": ROOT / "calibrations" / "cropland_grassland.yaml"},
        "--along": {"default": "energy.e_fold", "help": "parameter"},
    }
    return table_command(arguments, __doc__, (BEGIN, END), lines, options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
