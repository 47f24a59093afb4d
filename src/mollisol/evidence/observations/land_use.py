"""What grew on a profile, in one vocabulary; corrected where a source contradicts itself."""

from __future__ import annotations

from dataclasses import dataclass

HE2016 = {
    "cropland": "cropland",
    "grassland": "grassland",
    "savannas": "savanna",
    "shrublands": "shrubland",
    "temperate forest": "forest",
    "boreal forest": "forest",
    "tropical forest": "forest",
    "tundra": "tundra",
    "peatland": "peatland",
    "desert": "desert",
}
"""Land use by the class of the compilation of He et al. 2016 (`VegTypeCodeStr_Local`)."""

SODAH = {
    "cultivated": "cropland",
    "cultivatedCrops": "cropland",
    "rangeland/grassland": "grassland",
    "grasslandHerbaceous": "grassland",
    "pastureHay": "grassland",
    "forest": "forest",
    "deciduousForest": "forest",
    "evergreenForest": "forest",
    "mixedForest": "forest",
    "shrubScrub": "shrubland",
    "shrubland": "shrubland",
    "dwarfScrub": "tundra",
    "sedgeHerbaceous": "tundra",
    "woodyWetlands": "wetland",
    "emergentHerbaceousWetlands": "wetland",
    "urban": "urban",
}
"""Land use by the `land_cover` of SoDaH."""

BIOMES = {
    "Crops": "cropland",
    "Temperate grasslands": "grassland",
    "Tropical/Subtropical grasslands/savannas": "savanna",
    "Mediterranean/Montane shrublands": "shrubland",
    "Temperate forests": "forest",
    "Boreal forests": "forest",
    "Tropical/Subtropical forests": "forest",
    "Tundra": "tundra",
    "Deserts": "desert",
}
"""Land use by the biome of the turnover table, which is that of a map at the profile's coordinates: its "Crops" hold
prairies, pastures and forests that lie among fields."""

FRACTIONS = {
    "Cropland": "cropland",
    "Fallow": "cropland",
    "Grassland": "grassland",
    "Pasture": "grassland",
    "Savanna": "savanna",
    "Shrubland": "shrubland",
    "Temperate Forest": "forest",
    "Boreal Forest": "forest",
    "Tropical Forest": "forest",
}
"""Land use by the `Vegetation` of the synthesis of Georgiou et al. 2022."""

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Correction:
    """A class of the compilation that its own columns contradict.

    Attributes
    ----------
    study : data set of the compilation.
    site : text that the site's name holds; "" for every profile of the study.
    land_use : what it is.
    why : the contradiction.
    """

    study: str
    site: str
    land_use: str
    why: str


CORRECTIONS = (
    Correction(
        "McFarlane_2013", "", "forest",
        "deciduous forests whose classes count up row by row (2, 4, 5, 6...), as a column filled down does",
    ),
    Correction("Tefs_2012", "", "forest", "beech forest of the Hainich (species column), classed as cropland"),
    Correction("Paul_1997", "native", "grassland", "native sod beside the fields, classed with the fields"),
)  # fmt: skip


def he2016_land_use(study: str, site: str, told: str) -> str:
    """Return the land use of a profile of He et al. 2016, corrected where its class is known to be wrong."""
    for one in CORRECTIONS:
        if one.study == study and one.site in site.lower():
            return one.land_use
    return HE2016.get(told, UNKNOWN)
