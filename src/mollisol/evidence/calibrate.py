"""A calibration from its configuration to a parameter set: peak, draws, diagnostics, file. Resumable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from mollisol.evidence import chains, importance, metropolis
from mollisol.evidence.chains import Draws
from mollisol.evidence.configuration import Configuration
from mollisol.evidence.gather import Say, files_of, gather
from mollisol.evidence.likelihood import Joint, posterior_and_gradient
from mollisol.evidence.map_estimate import Peak, Unsettled, most_probable
from mollisol.evidence.smoother import condition
from mollisol.models import parameter_sets
from mollisol.units import InputError, RunError
from mollisol.units.files import atomic_write, prepare_folder, write_text

Array = NDArray[np.float64]

INDISTINCT = 0.7
"""Correlation beyond which two parameters count as not told apart."""

UNINFORMED = 0.9
"""Posterior over prior standard deviation beyond which the data say nothing of a parameter."""

CHAINED = {"nuts": chains.sample, "metropolis": metropolis.sample}
"""Methods that run chains."""


def calibrate(
    configuration: Configuration,
    folder: str | Path,
    directory: str | Path,
    *,
    say: Say | None = None,
    progress: Callable[[float], None] | None = None,
) -> dict[str, Any]:
    """Run a calibration, or go on with the one in `directory`, and return its parameter set (also written there).

    Parameters
    ----------
    configuration : what to fit and how.
    folder : of the measurements.
    directory : for the peak, the chains and the parameter set.

    Raises
    ------
    InputError
        If `directory` holds another calibration, or the data lack a file.
    RunError
        If the draws do not pass their diagnostics; they stay in `directory`.
    """
    tell = say or (lambda _: None)
    out = prepare_folder(directory)
    data = files_of(Path(folder))
    claim(out, configuration, data)
    joint, profiles = gather(configuration, folder, "fit", say)
    if configuration.method == "importance":
        mean, covariance = begin_of(joint, configuration.begin, out, say)
        drawn = importance.sample(
            joint, mean, covariance, out, stages=configuration.stages, draws=configuration.draws,
            seed=configuration.seed, progress=progress,
        )  # fmt: skip
        highest = drawn.highest
    else:
        peak = peak_of(joint, out, say)
        drawn, highest = _around(configuration, joint, peak, out, progress), peak.log_posterior
    found = diagnostics(joint, drawn)
    if configuration.method == "importance":
        _require_close(configuration, found)
    elif configuration.method in CHAINED:
        _require_good(configuration, found)
    made = parameter_set(configuration, joint, highest, drawn, found, data, profiles)
    write_text(out / f"{configuration.name}.json", json.dumps(made, indent=1, allow_nan=False) + "\n")
    tell(f"{out / configuration.name}.json")
    return made


def _around(
    configuration: Configuration, joint: Joint, peak: Peak, out: Path, progress: Callable[[float], None] | None
) -> Draws:
    """Return draws of a method that starts from the most probable point."""
    if configuration.method in CHAINED:
        return CHAINED[configuration.method](
            joint, peak, out, chains=configuration.chains, warmup=configuration.warmup, draws=configuration.draws,
            seed=configuration.seed, progress=progress,
        )  # fmt: skip
    if configuration.method == "ensemble":
        members = condition(joint, peak, members=configuration.draws, seed=configuration.seed, progress=progress)
        return Draws(members[None], np.zeros(1, dtype=np.int64))
    random = np.random.default_rng(configuration.seed)
    z = random.multivariate_normal(peak.z, peak.covariance, configuration.draws)
    if joint.settles:  # a site without a steady state at a draw has a likelihood of 0 there
        z = z[[bool(np.isfinite(posterior_and_gradient(joint, jnp.asarray(one), peak.slopes)[0])) for one in z]]
    return Draws(z[None], np.zeros(1, dtype=np.int64))


def claim(out: Path, configuration: Configuration, data: dict[str, str]) -> None:
    """Refuse a folder in which another calibration began, or this one with another version of the package."""
    told = {"configuration": configuration.as_dict(), "data": data, "code": code_hash()}
    path = out / "calibration.json"
    if path.is_file():
        begun = json.loads(path.read_text(encoding="utf-8"))
        # more draws go on from those that are there
        begun["configuration"]["draws"] = max(begun["configuration"]["draws"], configuration.draws)
        if begun != told:
            raise InputError(
                "holds a calibration with another configuration, other data or other code",
                file=str(out),
                remedy="give another folder with -o, or remove this one",
            )
        return
    write_text(path, json.dumps(told, indent=1) + "\n")


def peak_of(joint: Joint, out: Path, say: Say | None, *, settled: bool = True) -> Peak:
    """Find the peak, or read the one that was found before; one that does not settle only where `settled` is False."""
    path = out / "peak.npz"
    if path.is_file():
        with np.load(path) as saved:
            return Peak(
                saved["z"], jnp.asarray(saved["slopes"]), saved["covariance"], float(saved["log_posterior"]),
                int(saved["rounds"]),
            )  # fmt: skip
    try:
        peak = most_probable(joint, say=say)
    except Unsettled as error:
        if settled:
            raise
        (say or (lambda _: None))(f"{error}; draws begin there")
        peak = error.last
    with atomic_write(path) as temporary, temporary.open("wb") as file:
        np.savez(
            file, z=peak.z, slopes=np.asarray(peak.slopes), covariance=peak.covariance,
            log_posterior=peak.log_posterior, rounds=peak.rounds,
        )  # fmt: skip
    return peak


def begin_of(joint: Joint, begin: str, out: Path, say: Say | None) -> tuple[Array, Array]:
    """Return mean and covariance of the first draws by importance, or read those of a run that goes on.

    Parameters
    ----------
    begin : parameter set around whose draws they are, by name or path; if empty, they are around the peak, which need
        not have settled: it is a place to begin, no maximum.
    """
    if not begin:
        peak = peak_of(joint, out, say, settled=False)
        return peak.z, peak.covariance
    path = out / "begin.npz"
    if not path.is_file():
        mean, covariance = importance.around(joint.space, parameter_sets.parameter_set(begin))
        with atomic_write(path) as temporary, temporary.open("wb") as file:
            np.savez(file, mean=mean, covariance=covariance)
    with np.load(path) as saved:
        return saved["mean"], saved["covariance"]


def diagnostics(joint: Joint, drawn: Draws) -> dict[str, Any]:
    """Return R-hat and effective sample size by parameter and the share that diverged, or those of weighted draws."""
    from numpyro.diagnostics import effective_sample_size, split_gelman_rubin

    if np.isfinite(drawn.pareto_k):
        told = {"pareto_k": round(drawn.pareto_k, 3), "effective": round(drawn.effective, 1)}
        return {"r_hat": {}, "ess": {}, "diverged": 0.0, **told}
    if drawn.z.shape[0] < 2:
        return {"r_hat": {}, "ess": {}, "diverged": 0.0}
    r_hat = {name: float(split_gelman_rubin(drawn.z[..., i])) for i, name in enumerate(joint.space.names)}
    ess = {name: float(effective_sample_size(drawn.z[..., i])) for i, name in enumerate(joint.space.names)}
    return {"r_hat": r_hat, "ess": ess, "diverged": float(drawn.diverging.sum() / drawn.z[..., 0].size)}


def _require_good(configuration: Configuration, found: dict[str, Any]) -> None:
    bad = [
        f"{name} (R-hat {found['r_hat'][name]:.3f}, {found['ess'][name]:.0f} effective draws)"
        for name in found["r_hat"]
        if not (found["r_hat"][name] <= configuration.largest_r_hat and found["ess"][name] >= configuration.least_ess)
    ]
    if found["diverged"] > 0.02:
        bad.append(f"{100.0 * found['diverged']:.1f} % of the draws diverged")
    if bad:
        raise RunError(f"the chains have not converged: {', '.join(bad)}; run more draws (the chains are kept)")


def _require_close(configuration: Configuration, found: dict[str, Any]) -> None:
    if found["pareto_k"] > configuration.largest_k or found["effective"] < configuration.least_ess:
        raise RunError(
            f"the draws do not cover the posterior (Pareto k {found['pareto_k']:.2f}, "
            f"{found['effective']:.0f} effective draws); give more stages or draws, or use the method metropolis"
        )


def parameter_set(
    configuration: Configuration,
    joint: Joint,
    highest: float,
    drawn: Draws,
    found: dict[str, Any],
    data: dict[str, str],
    profiles: Any,
) -> dict[str, Any]:
    """Return what is shipped: names, best estimates, covariance, joint draws, and how they were obtained.

    `highest` is the largest log posterior that was found.
    """
    from mollisol.models.choice import settled

    flat = drawn.z.reshape(-1, drawn.z.shape[-1])
    # a prior ends at its bounds, and so does the posterior
    flat = flat[np.all([axis.inside(flat[:, i]) for i, axis in enumerate(joint.space.axes)], axis=0)]
    picked = flat[np.linspace(0, len(flat) - 1, min(configuration.kept, len(flat))).astype(int)]
    size = len(joint.space.model_names)
    axes = joint.space.axes

    def natural(points: Array) -> Array:
        return np.stack([np.asarray(axis.value(jnp.asarray(points[..., i]))) for i, axis in enumerate(axes)], axis=-1)

    draws, median = natural(picked), natural(np.median(flat, axis=0))
    normal = np.stack([axes[i].prior.spread * flat[:, i] for i in range(size)], axis=-1)
    correlation = np.atleast_2d(np.corrcoef(flat[:, :size].T))
    sd = flat.std(axis=0)
    return {
        "name": configuration.name,
        "model": "whole_profile",
        "slots": settled(configuration.slots),
        "parameters": list(joint.space.model_names),
        "units": [axis.prior.unit for axis in axes[:size]],
        "best": _rounded(median[:size]),
        "scale": [axis.prior.distribution for axis in axes[:size]],
        "lower": [axis.prior.lower for axis in axes[:size]],
        "upper": [axis.prior.upper for axis in axes[:size]],
        "prior": [axis.prior.value for axis in axes[:size]],
        "covariance": [_rounded(row) for row in np.atleast_2d(np.cov(normal.T))],
        "draws": [_rounded(row) for row in draws[:, :size]],
        "spread": dict(zip(joint.space.names[size:], _rounded(median[size:]), strict=True)),
        "spread_draws": {name: _rounded(draws[:, size + i]) for i, name in enumerate(joint.space.names[size:])},
        "diagnostics": found,
        "indistinct": [
            [joint.space.names[i], joint.space.names[j], round(float(correlation[i, j]), 2)]
            for i in range(size)
            for j in range(i)
            if abs(correlation[i, j]) > INDISTINCT
        ],
        "uninformed": [joint.space.names[i] for i in range(size) if sd[i] > UNINFORMED],
        "log_posterior": round(highest, 3),
        "profiles": len(profiles),
        "studies": sorted(set(profiles.group.tolist())),
        "about": (
            f"{len(profiles)} profiles of {len(set(profiles.group))} studies on the fit side; {configuration.method}"
        ),
        "configuration": configuration.as_dict(),
        "data": data,
        "code": code_hash(),
    }


def code_hash() -> str:
    """Return the SHA-256 of the package's Python files: what computed a set."""
    import mollisol

    root = Path(mollisol.__file__).parent
    rooms = ("climate", "column", "processes", "models", "plants", "practices", "soil", "clocks", "evidence")
    digest = hashlib.sha256()
    for path in sorted(p for room in rooms for p in (root / room).rglob("*.py")):
        digest.update(str(path.relative_to(root)).encode() + path.read_bytes())
    return digest.hexdigest()


def _rounded(values: Any) -> list[float]:
    return [float(f"{value:.6g}") for value in np.asarray(values).ravel()]
