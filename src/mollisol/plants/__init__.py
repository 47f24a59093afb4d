"""Plants: from a crop, its yield or the climate to carbon by source, depth, quality and month.

Tables of crops, amendments and tillage operations stand beside the code, each figure with its source.
"""

from mollisol.plants.allocation import (
    AllocationParameters,
    CropCarbon,
    carbon_inputs,
    cover_crop_carbon,
    given_inputs,
)
from mollisol.plants.amendments import AMENDMENTS, Amendment, amendment, amendment_carbon
from mollisol.plants.crops import CROPS, Crop, crop
from mollisol.plants.nitrogen import NitrogenParameters, nitrogen_supply
from mollisol.plants.productivity import (
    ProductivityParameters,
    acidity_factor,
    climate_limited_productivity,
    fire_factor,
    miami,
    nutrient_factor,
    removal_factor,
    salinity_factor,
)
from mollisol.plants.quality import (
    LITTER_POOLS,
    QualityParameters,
    litter_quality,
    rhizodeposit_quality,
    root_quality,
    straw_quality,
)
from mollisol.plants.roots import (
    ROOT_DISTRIBUTIONS,
    RootDistribution,
    cumulative_roots,
    root_share,
    truncated_share,
)
from mollisol.plants.tillage import OPERATIONS, TillageOperation, operation
from mollisol.plants.timing import (
    InputTiming,
    Season,
    TimingParameters,
    cover_season,
    cover_timing,
    input_timing,
    local_month,
    season,
)

__all__ = [
    "AMENDMENTS",
    "CROPS",
    "LITTER_POOLS",
    "OPERATIONS",
    "ROOT_DISTRIBUTIONS",
    "AllocationParameters",
    "Amendment",
    "Crop",
    "CropCarbon",
    "InputTiming",
    "NitrogenParameters",
    "ProductivityParameters",
    "QualityParameters",
    "RootDistribution",
    "Season",
    "TillageOperation",
    "TimingParameters",
    "acidity_factor",
    "amendment",
    "amendment_carbon",
    "carbon_inputs",
    "climate_limited_productivity",
    "cover_crop_carbon",
    "cover_season",
    "cover_timing",
    "crop",
    "cumulative_roots",
    "fire_factor",
    "given_inputs",
    "input_timing",
    "litter_quality",
    "local_month",
    "miami",
    "nitrogen_supply",
    "nutrient_factor",
    "operation",
    "removal_factor",
    "rhizodeposit_quality",
    "root_quality",
    "root_share",
    "salinity_factor",
    "season",
    "straw_quality",
    "truncated_share",
]
