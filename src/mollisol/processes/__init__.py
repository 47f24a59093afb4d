"""Processes: one file each; every one adds to or scales entries of the rates.

`ALTERNATIVES` is the table of slots and what may stand in them: a new process is one file and one line here, and
inherits the parametrised tests.
"""

from mollisol.processes.arrhenius import Arrhenius
from mollisol.processes.base import NoProcess, declared, process
from mollisol.processes.bioturbation import DiffusiveBioturbation
from mollisol.processes.burrows import Burrows
from mollisol.processes.depolymerisation import FirstOrderDepolymerisation
from mollisol.processes.dissolved_transport import Percolation
from mollisol.processes.dormancy import MicrobialDormancy
from mollisol.processes.efficiency import ConstantEfficiency
from mollisol.processes.efficiency_environment import EnvironmentalEfficiency
from mollisol.processes.energy import ResidualDepthScalar
from mollisol.processes.erosion import MovingSurface
from mollisol.processes.fauna import FaunaGroups
from mollisol.processes.macropores import PercolationWithMacropores
from mollisol.processes.microbial import ReverseMichaelisMenten
from mollisol.processes.moisture import MatricPotentialResponse
from mollisol.processes.moisture_content import MoistureDeficit, RelativeSaturation, RelativeSaturationBothLimbs
from mollisol.processes.nitrogen import NitrogenLimitation
from mollisol.processes.occlusion import AggregateOcclusion, BuiltAggregates
from mollisol.processes.oxygen import DiffusionConsumption, DiffusionConsumption1961
from mollisol.processes.particles import PercolationWithParticles
from mollisol.processes.persistence import StableMineral
from mollisol.processes.priming import FirstOrderPriming, FreshCarbonLimit
from mollisol.processes.protection import LinearSorption
from mollisol.processes.protection_capacity import HybridSorption, SaturatingSorption, StackingSorption
from mollisol.processes.retardation import EquilibriumSorption, RetardedPercolation
from mollisol.processes.temperature import Q10, LloydTaylor
from mollisol.processes.variability import PhysiologicalVariability

ALTERNATIVES: dict[str, dict[str, type]] = {
    "temperature": {"q10": Q10, "lloyd_taylor": LloydTaylor, "arrhenius": Arrhenius},
    "moisture": {
        "matric_potential": MatricPotentialResponse,
        "relative_saturation": RelativeSaturation,
        "relative_saturation_both_limbs": RelativeSaturationBothLimbs,
        "rothc": MoistureDeficit,
    },
    "energy": {"depth_scalar": ResidualDepthScalar, "none": NoProcess},
    "occlusion": {"aggregates": AggregateOcclusion, "aggregates_built": BuiltAggregates, "none": NoProcess},
    "carbon_use_efficiency": {"constant": ConstantEfficiency, "environmental": EnvironmentalEfficiency},
    "depolymerisation": {
        "first_order": FirstOrderDepolymerisation,
        "reverse_michaelis_menten": ReverseMichaelisMenten,
        "microbial_dormancy": MicrobialDormancy,
    },
    "persistence": {"stable_mineral": StableMineral, "none": NoProcess},
    "nutrients": {"none": NoProcess, "nitrogen": NitrogenLimitation},
    "priming": {"first_order": FirstOrderPriming, "fresh_carbon_limit": FreshCarbonLimit, "none": NoProcess},
    "variability": {"none": NoProcess, "physiological": PhysiologicalVariability},
    "oxygen": {"diffusion": DiffusionConsumption, "diffusion_1961": DiffusionConsumption1961, "none": NoProcess},
    "protection": {
        "none": LinearSorption,
        "saturation": SaturatingSorption,
        "stacking": StackingSorption,
        "hybrid": HybridSorption,
        "equilibrium": EquilibriumSorption,
    },
    "bioturbation": {"diffusion": DiffusiveBioturbation, "fauna_groups": FaunaGroups, "none": NoProcess},
    "dissolved_transport": {
        "percolation": Percolation,
        "percolation_retarded": RetardedPercolation,
        "percolation_particles": PercolationWithParticles,
        "percolation_macropores": PercolationWithMacropores,
        "none": NoProcess,
    },
    "nonlocal": {"none": NoProcess, "burrows": Burrows},
    "erosion": {"none": NoProcess, "moving_surface": MovingSurface},
}
"""{slot: {alternative: process}}, in the order in which the slots fill the rates; the first alternative of a slot
is the default."""

__all__ = [
    "ALTERNATIVES",
    "Q10",
    "AggregateOcclusion",
    "Arrhenius",
    "BuiltAggregates",
    "Burrows",
    "ConstantEfficiency",
    "DiffusionConsumption",
    "DiffusionConsumption1961",
    "DiffusiveBioturbation",
    "EnvironmentalEfficiency",
    "EquilibriumSorption",
    "FaunaGroups",
    "FirstOrderDepolymerisation",
    "FirstOrderPriming",
    "FreshCarbonLimit",
    "HybridSorption",
    "LinearSorption",
    "LloydTaylor",
    "MatricPotentialResponse",
    "MicrobialDormancy",
    "MoistureDeficit",
    "MovingSurface",
    "NitrogenLimitation",
    "NoProcess",
    "Percolation",
    "PercolationWithMacropores",
    "PercolationWithParticles",
    "PhysiologicalVariability",
    "RelativeSaturation",
    "RelativeSaturationBothLimbs",
    "ResidualDepthScalar",
    "RetardedPercolation",
    "ReverseMichaelisMenten",
    "SaturatingSorption",
    "StableMineral",
    "StackingSorption",
    "declared",
    "process",
]
