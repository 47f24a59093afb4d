"""Land uses: one vocabulary for the words of the sources."""

from __future__ import annotations

CLASSES = {
    "cropland": ("cropland", "cultivated", "cultivated crops", "cultivatedCrops", "crop", "arable"),
    "grassland": (
        "grassland", "rangeland/grassland", "rangeland", "grasslandHerbaceous", "pastureHay", "pasture", "meadow",
    ),
    "savanna": ("savanna", "savannas"),
    "shrubland": ("shrubland", "shrublands", "shrubScrub", "dwarfScrub"),
    "forest": (
        "forest", "deciduousForest", "evergreenForest", "mixedForest", "temperate forest", "tropical forest",
        "boreal forest",
    ),
    "wetland": ("wetland", "woodyWetlands", "emergentHerbaceousWetlands", "peatland"),
    # Sedges and herbs are a class of the National Land Cover Database for Alaska only.
    "tundra": ("tundra", "sedgeHerbaceous"),
    "bare": ("bare", "desert", "barren"),
    "urban": ("urban",),
}  # fmt: skip
"""The classes, each with the words that mean it in the sources (ISRaD template, SoDaH, NLCD, He et al. 2016)."""

_CLASS_OF = {word.lower(): name for name, words in CLASSES.items() for word in words}


def land_use_class(word: str) -> str:
    """Return the class that a source's word means, "" where it means none that is known here.

    Examples
    --------
    >>> land_use_class("cultivatedCrops"), land_use_class("temperate forest"), land_use_class("moon")
    ('cropland', 'forest', '')
    """
    return _CLASS_OF.get(word.strip().lower(), "")
