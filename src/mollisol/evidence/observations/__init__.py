"""Measurements of a data folder as plain tables in SI units, with their errors, and the split into fit and test."""
