"""What lies on the ground, step by step: snow and litter, run before the soil because nothing comes back."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from mollisol.climate.litter import litter_log_potential, litter_step
from mollisol.climate.parameters import DepthParameters, numbers
from mollisol.climate.snow import snow_cover, snow_step
from mollisol.climate.steps import Steps, mean_year
from mollisol.units import InputError


class Ground(NamedTuple):
    """Snow and litter through the steps; arrays (month, step, column) unless said.

    Attributes
    ----------
    liquid : water that reaches the soil, m per step.
    demand : potential evapotranspiration of the ground that no snow hides, m per step.
    sublimation : m per step.
    snow : water equivalent at the step's end, m.
    litter_log_suction : (month, column) mean logarithm of the litter's suction, ln MPa.
    litter_log_square : (month, column) mean square of the logarithm of the share of its capacity that the litter holds.
    litter_share, litter_log : that share and its logarithm at the step's end.
    pack, litter : (column,) state at the end, m.
    """

    liquid: jax.Array
    demand: jax.Array
    sublimation: jax.Array
    snow: jax.Array
    litter_log_suction: jax.Array
    litter_log_square: jax.Array
    litter_share: jax.Array
    litter_log: jax.Array
    pack: jax.Array
    litter: jax.Array

    def mean_year(self) -> Ground:
        """Return the means over the drawn years of a climatology; it ends with their mean snow."""
        mean = [jnp.asarray(mean_year(value)) for value in self[:-2]]
        return Ground._make([*mean, mean[3][-1, -1], self.litter])


@partial(jax.jit)
def _run(pack: jax.Array, held: jax.Array, steps: Any, snow: Any, litter: Any) -> Any:
    temperature, precipitation, demand, deviation, days = steps

    def day(carry: Any, now: Any) -> Any:
        (pack, held), (t, p, e, length, spread) = carry, now
        pack, liquid, sublimed, bare = snow_step(pack, t, p, e, spread, length, snow)
        held = litter_step(held, liquid, e, snow_cover(pack, snow), litter)
        share = held / litter["capacity"]
        log = jnp.log(share)
        return (pack, held), (liquid, bare, sublimed, pack, litter_log_potential(held, litter), log**2, share, log)

    def month(carry: Any, now: Any) -> Any:
        t, p, e, spread, length = now
        carry, out = jax.lax.scan(lambda c, x: day(c, (*x, spread)), carry, (t, p, e, length))
        *daily, suction, square, share, log = out
        means = ((length[:, None] * value).sum(axis=0) / length.sum() for value in (suction, square))
        return carry, (*daily, *means, share, log)

    (pack, held), out = jax.lax.scan(month, (pack, held), (temperature, precipitation, demand, deviation, days))
    return pack, held, out


def ground(steps: Steps, parameters: DepthParameters, start: Ground | None = None, cycles: int = 3) -> Ground:
    """Run snow and litter over the steps.

    Parameters
    ----------
    steps : daily forcing.
    start : the run whose final state to start from; None for steps that repeat for ever.
    cycles : how often they are run at most, until nothing is left over from one time to the next.

    Raises
    ------
    InputError
        If snow is left over from year to year.
    """
    snow, litter = numbers(parameters.snow), numbers(parameters.litter)
    forcing = tuple(
        jnp.asarray(a) for a in (steps.temperature, steps.precipitation, steps.demand, steps.deviation, steps.days)
    )
    columns = steps.temperature.shape[2]
    if start is None:
        pack, held = jnp.zeros(columns), jnp.full(columns, litter["capacity"])
        for _ in range(cycles):
            before = pack, held
            pack, held, out = _run(*before, forcing, snow, litter)
            moved = [np.asarray(new - old) for new, old in zip((pack, held), before, strict=True)]
            if max(np.max(np.abs(change)) for change in moved) < 1e-9:
                break
        growing = moved[0] > 1e-9
        if np.any(growing):
            raise InputError(
                f"snow never melts in column {int(np.argmax(growing))}: "
                f"{np.asarray(pack).max() * 1e3:.0f} mm are left over",
                key="temperature_c", remedy="this is a glacier's climate; check temperature and precipitation",
            )  # fmt: skip
    else:
        pack, held, out = _run(start.pack, start.litter, forcing, snow, litter)
    return Ground._make([*out, pack, held])
