"""`python -m validation [DATA] [--parameters SET] [--page FILE]`: run every comparison with measurements.

DATA is the folder with the measurements, `../shared/data` beside the checkout where it is not given. Each comparison
is a module of this package that also runs alone, with options of its own. The options here are those of the blind
validation of a parameter set (`validation.profiles`); with `--page` it runs alone and writes its section and figures.
"""

from __future__ import annotations

import argparse
import sys

from validation import incubations, inputs, microbes, profiles, radiocarbon, soil_climate

COMPARISONS = (profiles, soil_climate, inputs, incubations, microbes, radiocarbon)


def main(arguments: list[str]) -> int:
    """Run the comparisons; the exit code is that of the first that cannot be made."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", help="folder with the measurements")
    parser.add_argument("--parameters", default=profiles.SET, help="name or path of the parameter set")
    parser.add_argument("--page", help="page to write the blind validation into; nothing else is compared")
    given = parser.parse_args(arguments)
    data = [given.data] if given.data else []
    blind = [*data, "--parameters", given.parameters]
    if given.page:
        return profiles.main([*blind, "--markdown", given.page])
    codes = []
    for module in COMPARISONS:
        print(f"## {(module.__doc__ or '').splitlines()[0]}\n", flush=True)
        codes.append(module.main(blind if module is profiles else data))
    return next((code for code in codes if code), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
