"""Writing files whole, under the name by which the study's room knows it (`mollisol.units.files`)."""

from mollisol.units.files import atomic_write, prepare_folder, write_text

__all__ = ["atomic_write", "prepare_folder", "write_text"]
