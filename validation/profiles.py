"""Blind validation: profiles, radiocarbon, turnover, experiments, mineral shares and incubations of the test side.

`python -m validation.profiles [DATA_FOLDER] [--parameters SET] [--draws N] [--markdown FILE]`

Predicts everything with a parameter set (the shipped one for cropland and grassland, or that of a path) and sets it
beside what was measured and what simple references say; see `mollisol.evidence.validate`. With `--markdown` the section
between the two marks of that file is written anew, and the figures into `images` beside it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

SET = "cropland_grassland"
BEGIN = "<!-- written by mollisol validate --page docs/validation.md, from here -->"
END = "<!-- to here -->"


def with_section(text: str, section: str) -> str:
    """Return a page with the section between the marks; where it has none, before the first other section.

    Raises
    ------
    ValueError
        If only one of the marks is there, or their order is wrong.
    """
    block = f"{BEGIN}\n\n{section.strip()}\n\n{END}\n"
    if BEGIN not in text and END not in text:
        first = text.find("\n## ")
        return f"{text.rstrip()}\n\n{block}" if first < 0 else f"{text[: first + 1]}{block}\n{text[first + 1 :]}"
    start, end = text.find(BEGIN), text.find(END)
    if not 0 <= start < end:
        raise ValueError(f"the page has not both marks in order: '{BEGIN}' and '{END}'")
    return text[:start] + block + text[end + len(END) :].removeprefix("\n")


def main(arguments: list[str]) -> int:
    """Run the validation and print its tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    parser.add_argument("data", nargs="?", type=Path, default=default)
    parser.add_argument("--parameters", default=SET, help="name or path of the parameter set")
    parser.add_argument("--draws", type=int, default=100, help="draws of the set, at most")
    parser.add_argument("--markdown", type=Path, help="write the section into this page, figures into images beside it")
    given = parser.parse_args(arguments)
    if not (given.data / "radiocarbon").is_dir():
        print(f"{given.data / 'radiocarbon'} is absent", file=sys.stderr)
        return 2
    if given.draws < 2:
        print("give at least 2 draws", file=sys.stderr)
        return 2
    from mollisol.evidence.observations.turnover import read_turnover
    from mollisol.evidence.validate import validate
    from mollisol.models.parameter_sets import parameter_set
    from mollisol.units import MollisolError
    from validation.blind_sections import markdown

    try:
        chosen = parameter_set(given.parameters)
        made = validate(
            given.data, chosen, draws=given.draws, say=lambda text: print(text, file=sys.stderr, flush=True)
        )
        section = markdown(made, read_turnover(given.data))
    except MollisolError as error:
        print(error, file=sys.stderr)
        return 2
    print(section)
    if given.markdown:
        from validation.blind_figures import draw

        text = given.markdown.read_text(encoding="utf-8") if given.markdown.is_file() else "# Validation\n"
        given.markdown.write_text(with_section(text, section), encoding="utf-8")
        draw(made, given.markdown.parent / "images")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
