"""Processes: one file each; every one adds to or scales entries of the rates.

`ALTERNATIVES` is the table of slots and what may stand in them: a new process is one file and one line here, and
inherits the parametrised tests.
"""

from mollisol.processes.base import NoProcess, declared, process
from mollisol.processes.bioturbation import DiffusiveBioturbation
from mollisol.processes.depolymerisation import FirstOrderDepolymerisation
from mollisol.processes.dissolved_transport import Percolation
from mollisol.processes.efficiency import ConstantEfficiency
from mollisol.processes.energy import ResidualDepthScalar
from mollisol.processes.moisture import MatricPotentialResponse
from mollisol.processes.occlusion import AggregateOcclusion
from mollisol.processes.oxygen import DiffusionConsumption
from mollisol.processes.protection import LinearSorption
from mollisol.processes.temperature import Q10

ALTERNATIVES: dict[str, dict[str, type]] = {
    "temperature": {"q10": Q10},
    "moisture": {"matric_potential": MatricPotentialResponse},
    "energy": {"depth_scalar": ResidualDepthScalar, "none": NoProcess},
    "occlusion": {"aggregates": AggregateOcclusion, "none": NoProcess},
    "carbon_use_efficiency": {"constant": ConstantEfficiency},
    "depolymerisation": {"first_order": FirstOrderDepolymerisation},
    "nutrients": {"none": NoProcess},
    "priming": {"none": NoProcess},
    "variability": {"none": NoProcess},
    "oxygen": {"diffusion": DiffusionConsumption, "none": NoProcess},
    "protection": {"none": LinearSorption},
    "bioturbation": {"diffusion": DiffusiveBioturbation, "none": NoProcess},
    "dissolved_transport": {"percolation": Percolation, "none": NoProcess},
    "nonlocal": {"none": NoProcess},
    "erosion": {"none": NoProcess},
}
"""{slot: {alternative: process}}, in the order in which the slots fill the rates; the first alternative of a slot
is the default."""

__all__ = [
    "ALTERNATIVES",
    "Q10",
    "AggregateOcclusion",
    "ConstantEfficiency",
    "DiffusionConsumption",
    "DiffusiveBioturbation",
    "FirstOrderDepolymerisation",
    "LinearSorption",
    "MatricPotentialResponse",
    "NoProcess",
    "Percolation",
    "ResidualDepthScalar",
    "declared",
    "process",
]
