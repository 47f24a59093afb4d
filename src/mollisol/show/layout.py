"""Sizes that figures and report share, without loading what draws."""

RESOLUTION = 170
"""Dots per inch of the figures' files."""
