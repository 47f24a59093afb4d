"""Amendments: what manures, composts, residues and biochars are made of, and the carbon in an amount."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from mollisol.plants.quality import LITTER_POOLS
from mollisol.plants.tables import read_csv, unknown, within
from mollisol.units import MG_HA_PER_KG_M2, InputError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Amendment:
    """A material brought to the field.

    Attributes
    ----------
    dry_matter : kg/kg fresh; carbon : kg/kg dry matter; carbon_to_nitrogen : by mass; lignin : kg/kg dry matter.
    split : shares of its carbon over `LITTER_POOLS`, sum 1.
    source, confidence : of the composition; split_source, split_confidence : of the split.
    """

    name: str
    about: str
    dry_matter: float
    carbon: float
    carbon_to_nitrogen: float
    lignin: float
    split: tuple[float, ...]
    source: str
    confidence: str
    split_source: str
    split_confidence: str

    @property
    def quality(self) -> Array:
        """(pool,) shares over `LITTER_POOLS`."""
        return np.asarray(self.split, dtype=np.float64)


def _read(row: Mapping[str, str]) -> Amendment:
    split = [float(row[pool]) for pool in LITTER_POOLS]
    total = sum(split)
    return Amendment(
        name=row["name"],
        about=row["about"],
        dry_matter=float(row["dry_matter"]),
        carbon=float(row["carbon"]),
        carbon_to_nitrogen=float(row["carbon_to_nitrogen"]),
        lignin=float(row["lignin"]),
        split=tuple(share / total for share in split),
        source=row["source"],
        confidence=row["confidence"],
        split_source=row["split_source"],
        split_confidence=row["split_confidence"],
    )


AMENDMENTS: Mapping[str, Amendment] = MappingProxyType({row["name"]: _read(row) for row in read_csv("amendments.csv")})
"""Every amendment of the table, by name."""


def amendment(name: str) -> Amendment:
    """Return the amendment called `name`; an unknown one is an `InputError` that names the nearest."""
    if name not in AMENDMENTS:
        raise unknown("amendment", name, AMENDMENTS, "see 'mollisol practices' for what can be applied")
    return AMENDMENTS[name]


def amendment_carbon(
    name: str,
    *,
    t_ha: float | None = None,
    fresh_t_ha: float | None = None,
    carbon_t_ha: float | None = None,
) -> float:
    """Return the carbon (kg C/m2) of an amount of an amendment.

    Parameters
    ----------
    name : amendment.
    t_ha : t dry matter/ha; fresh_t_ha : t fresh matter/ha; carbon_t_ha : t C/ha. Exactly one of them.

    Examples
    --------
    >>> round(amendment_carbon("cattle_manure", fresh_t_ha=30.0), 4)
    0.2696
    """
    material = amendment(name)
    given = {"t_ha": t_ha, "fresh_t_ha": fresh_t_ha, "carbon_t_ha": carbon_t_ha}
    used = [(key, value) for key, value in given.items() if value is not None]
    if len(used) != 1:
        raise InputError(
            f"{name} needs exactly one amount; got {', '.join(key for key, _ in used) or 'none'}",
            key="t_ha",
            remedy="give t_ha (dry matter), fresh_t_ha or carbon_t_ha",
        )
    key, value = used[0]
    amount = within(value, 0.0, 1000.0, key, "t/ha") / MG_HA_PER_KG_M2
    per_unit = {"t_ha": material.carbon, "fresh_t_ha": material.dry_matter * material.carbon, "carbon_t_ha": 1.0}
    return amount * per_unit[key]
