"""Practices: what is done on a field, the library of practices as data, and the arrays that follow from them."""

from mollisol.practices.actions import ACTIONS, Action
from mollisol.practices.carbon import ClimateMeans, crop_carbon
from mollisol.practices.compile import compile_cycle, compile_management
from mollisol.practices.library import (
    Practice,
    PracticeParameter,
    list_practices,
    load_practice,
    practice,
)
from mollisol.practices.management import Management, union_sources
from mollisol.practices.patches import Patch, on_every_patch, patches_of, split
from mollisol.practices.plan import (
    LAND_USES,
    Application,
    CoverCrop,
    CropYear,
    Plan,
    RootChoice,
    Tillage,
    Timeline,
    as_timeline,
    land_use_plan,
    plan_in_force,
)
from mollisol.practices.rotation import fallow_months
from mollisol.practices.schedule import Request, apply, apply_together, combined_name
from mollisol.practices.walk import PlantChoices

__all__ = [
    "ACTIONS",
    "LAND_USES",
    "Action",
    "Application",
    "ClimateMeans",
    "CoverCrop",
    "CropYear",
    "Management",
    "Patch",
    "Plan",
    "PlantChoices",
    "Practice",
    "PracticeParameter",
    "Request",
    "RootChoice",
    "Tillage",
    "Timeline",
    "apply",
    "apply_together",
    "as_timeline",
    "combined_name",
    "compile_cycle",
    "compile_management",
    "crop_carbon",
    "fallow_months",
    "land_use_plan",
    "list_practices",
    "load_practice",
    "on_every_patch",
    "patches_of",
    "plan_in_force",
    "practice",
    "split",
    "union_sources",
]
