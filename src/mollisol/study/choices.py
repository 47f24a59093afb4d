"""What may move with soil that is moved, where no measurement says: structural choices that a result tells of."""

AS_SET, SCALAR_MOVES, BALANCE_STAYS = "as set", "residual scalar moves", "balance stays"

CHOICES = (AS_SET, SCALAR_MOVES, BALANCE_STAYS)
"""Soil takes its factor b(z) along; it takes the residual depth scalar along too; it takes neither along."""
