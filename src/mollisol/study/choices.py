"""What may move with soil that is moved, and what holds for carbon placed deep: structural choices to be told."""

AS_SET, SCALAR_MOVES, BALANCE_STAYS = "as set", "residual scalar moves", "balance stays"

CHOICES = (AS_SET, SCALAR_MOVES, BALANCE_STAYS)
"""Soil takes its factor b(z) along; it takes the residual depth scalar along too; it takes neither along."""

SURFACE_SCALAR, BALANCE_LEFT_OUT = "scalar of the surface", "without b(z)"
"""Of carbon that is placed deep, which as set decays as the soil at its depth: the residual scalar is the surface's for
it; the factor b(z) does not hold for it."""
