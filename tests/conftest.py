"""Double precision and two host devices for every test, set before anything else uses JAX."""

from mollisol.column.backend import configure

configure(2)
