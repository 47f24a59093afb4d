"""What stands in every slot where a user names some alternatives. Loads no JAX: a study file is checked with it."""

from __future__ import annotations

from collections.abc import Mapping

from mollisol.models.registry import EXCLUDES, SLOTS
from mollisol.units import InputError, nearest


def settled(given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return {slot: alternative} of `whole_profile` for the alternatives that are given.

    A slot that is not given takes its first alternative that nothing excludes.

    Raises
    ------
    InputError
        For a slot or an alternative that does not exist, or for two that cannot stand beside each other.

    Examples
    --------
    >>> settled({"dissolved_transport": "percolation_retarded"})["protection"]
    'equilibrium'
    """
    named = dict(given or {})
    for slot, alternative in named.items():
        if slot not in SLOTS:
            raise InputError(f"'{slot}' is not a slot of whole_profile", key=slot, remedy=_suggest(slot, SLOTS))
        if alternative not in SLOTS[slot]:
            raise InputError(
                f"'{alternative}' is not an alternative for '{slot}'",
                key=slot,
                remedy=_suggest(alternative, dict.fromkeys(SLOTS[slot])),
            )
    chosen = dict(named)
    for slot, alternatives in SLOTS.items():
        if slot in named:
            continue
        left = [each for each in alternatives if not any(_excluded(slot, each, *other) for other in chosen.items())]
        if not left:
            why = next(other for other in named.items() if _excluded(slot, alternatives[0], *other))
            raise _conflict(why, (slot, alternatives[0]))
        chosen[slot] = left[0]
    for one in chosen.items():
        for other in chosen.items():
            if _excluded(*other, *one):
                raise _conflict(one, other)
    return {slot: chosen[slot] for slot in SLOTS}


def _excluded(slot: str, alternative: str, other_slot: str, other: str) -> bool:
    """Whether two alternatives cannot stand beside each other; either may say so."""
    return alternative in EXCLUDES.get((other_slot, other), {}).get(slot, ()) or other in EXCLUDES.get(
        (slot, alternative), {}
    ).get(other_slot, ())


def _conflict(one: tuple[str, str], other: tuple[str, str]) -> InputError:
    allowed = [each for each in SLOTS[other[0]] if not _excluded(other[0], each, *one)]
    return InputError(
        f"'{one[0]}: {one[1]}' and '{other[0]}: {other[1]}' cannot stand beside each other",
        key=other[0],
        remedy=f"beside '{one[0]}: {one[1]}' the slot '{other[0]}' takes {', '.join(allowed) or 'nothing'}",
    )


def _suggest(name: str, allowed: Mapping[str, object]) -> str:
    close = nearest(name, allowed)
    listed = ", ".join(allowed)
    return f"did you mean '{close}'? Allowed: {listed}" if close else f"allowed: {listed}"
