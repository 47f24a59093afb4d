"""`python -m validation [DATA]`: run every comparison with measurements and print its table.

DATA is the folder with the measurements, `../shared/data` beside the checkout where it is not given. Each comparison
is a module of this package that also runs alone, with options of its own.
"""

from __future__ import annotations

import sys

from validation import incubations, inputs, microbes, radiocarbon, soil_climate

COMPARISONS = (soil_climate, inputs, incubations, microbes, radiocarbon)


def main(arguments: list[str]) -> int:
    """Run the comparisons; the exit code is that of the first that cannot be made."""
    codes = []
    for module in COMPARISONS:
        print(f"## {(module.__doc__ or '').splitlines()[0]}\n", flush=True)
        codes.append(module.main(arguments))
    return next((code for code in codes if code), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
