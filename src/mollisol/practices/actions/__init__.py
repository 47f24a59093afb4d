"""Actions: what a practice's YAML file composes. A new one is a function here and inherits every check."""

from mollisol.practices.actions import biochar, field, inputs, processes, soil, stands
from mollisol.practices.actions.registry import ACTIONS, Action, action

__all__ = ["ACTIONS", "Action", "action", "biochar", "field", "inputs", "processes", "soil", "stands"]
