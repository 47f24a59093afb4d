"""Write the tables of `docs/hypotheses.md` from runs of the demo site, each between its two markers.

`python docs/hypotheses.py` runs them (a minute) and writes them.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from pages import table

PAGE = Path(__file__).parent / "hypotheses.md"
DEPTHS = ((0.0, 0.3), (0.3, 1.0), (1.0, 2.0))


def variability() -> str:
    """The sixteen combinations of the physiological hypotheses at strength 1: change of SOC by depth, %."""
    from mollisol.examples import demo_folder
    from mollisol.study.run import load_study
    from mollisol.study.steady import variability_combinations

    chosen, profile = variability_combinations(load_study(demo_folder() / "study.yaml").spec)
    by_depth = np.array([profile.between(top, bottom) for top, bottom in (*DEPTHS, (0.0, 2.0))])
    ratio = by_depth / by_depth[:, :1]
    single = {one[0]: ratio[-1, i] for i, one in enumerate(chosen) if len(one) == 1}
    rows = [("none", *(f"{10.0 * value:.1f} Mg C/ha" for value in by_depth[:, 0]), "")]
    for i, one in enumerate(chosen[1:], start=1):
        product = np.prod([single[term] for term in one])
        rows.append((" + ".join(one), *(f"{100.0 * (value - 1.0):+.0f}" for value in (*ratio[:, i], product))))
    spans = [f"{100 * top:.0f}-{100 * bottom:.0f} cm" for top, bottom in (*DEPTHS, (0.0, 2.0))]
    return table(("on", *spans, "0-200 cm if effects multiplied"), rows)


WHY = {
    ("temperature", "lloyd_taylor"): "nearly as sensitive as Q10 2.2 around 10 degC, less in the warm summer topsoil",
    (
        "temperature",
        "arrhenius",
    ): "release from minerals has the smaller activation energy: in summer it speeds up less than uptake",
    (
        "moisture",
        "relative_saturation",
    ): "at the wilting point a third of the pores still hold water: drought slows less at all depths",
    ("moisture", "relative_saturation_both_limbs"): "this soil is never wet enough for the falling limb",
    (
        "moisture",
        "rothc",
    ): "nothing slows until 44 % of the available water is used, and drought never by more than a factor of 5",
    ("energy", "none"): "without an imposed decline nothing but cold, drought and little oxygen slows the subsoil",
    (
        "occlusion",
        "aggregates_built",
    ): "few roots and animals build aggregates below the topsoil, so that little is occluded there",
    ("occlusion", "none"): "nothing is occluded anywhere; the deep layers, never tilled, lose most protection",
    (
        "carbon_use_efficiency",
        "environmental",
    ): "warm summers and litter poor in nitrogen lower the efficiency, and with it necromass",
    (
        "depolymerisation",
        "reverse_michaelis_menten",
    ): "sparse microbes leave subsoil carbon alone, without an imposed depth scalar",
    (
        "depolymerisation",
        "microbial_dormancy",
    ): "where substrate is scarce most microbes sleep; the deepest carbon is hardly touched",
    (
        "nutrients",
        "nitrogen",
    ): "straw of wheat and maize waits for nitrogen in the topsoil only, and what waits is a small stock",
    ("priming", "fresh_carbon_limit"): "where little fresh carbon arrives, hardly any mineral carbon is released",
    ("persistence", "none"): "no carbon that minerals hold for millennia: over half of the subsoil's is missing",
    ("priming", "none"): "the default's priming has strength 0 at its best estimate",
    ("variability", "physiological"): "all four strengths are 0 unless a study sets them: see below",
    ("oxygen", "diffusion_1961"): "a tortuosity that shuts moist pores sooner, which matters in wet weeks only",
    ("oxygen", "none"): "this drained soil is hardly ever short of oxygen",
    ("protection", "saturation"): "the free surface shrinks as minerals load up, and an alkaline subsoil binds less",
    ("protection", "stacking"): "carbon that is bound binds more, where there is some: in the topsoil",
    ("protection", "hybrid"): "between the two: less on the minerals, some of it back on bound carbon",
    (
        "protection",
        "equilibrium",
    ): "minerals gain from dying microbes alone; dissolved carbon moves slower and is used nearer to its source",
    ("bioturbation", "fauna_groups"): "earthworms rest in dry soil, so less litter is drawn below the plough layer",
    ("bioturbation", "none"): "no animal brings litter in or carbon down; tillage and roots still do",
    ("dissolved_transport", "percolation_retarded"): "dissolved carbon is held back and used near its source",
    (
        "dissolved_transport",
        "percolation_particles",
    ): "a few grams of fragments and colloids a year sink below the topsoil",
    ("dissolved_transport", "percolation_macropores"): "part of the litter's dissolved carbon passes the topsoil by",
    ("dissolved_transport", "none"): "what dissolves is used where it dissolves",
    ("nonlocal", "burrows"): "fresh litter decomposes deep in the profile, where it lasts longer",
    ("erosion", "moving_surface"): "10 t/ha of soil leave every year, and the subsoil comes up",
}
"""Why an alternative differs from the default at the demo site."""


def alternatives() -> str:
    """What each alternative of each slot does to the steady state: SOC by depth, turnover and microbial quotient."""
    from mollisol.examples import demo_folder
    from mollisol.models import build
    from mollisol.models.registry import SLOTS
    from mollisol.study.run import load_study
    from mollisol.study.steady import steady_profile

    spec = load_study(demo_folder() / "study.yaml").spec
    rows = []
    for slot, name in [("", "default"), *((slot, name) for slot, names in SLOTS.items() for name in names[1:])]:
        profile = steady_profile(spec, build("whole_profile", {slot: name} if slot else None))
        microbial = profile.state.carbon[1:, profile.model.pool_names.index("microbial"), 0]
        soc = [float(profile.between(top, bottom)[0]) for top, bottom in DEPTHS]
        share = [profile.grid.depth_share(bottom) - profile.grid.depth_share(top) for top, bottom in DEPTHS]
        quotient = [100.0 * float(part @ microbial) / carbon for part, carbon in zip(share, soc, strict=True)]
        turnover = sum(soc) / float(np.asarray(profile.setup.amount)[..., 0].sum(axis=1).mean())
        figures = (*(f"{10.0 * value:.1f}" for value in soc), f"{turnover:.1f}", *(f"{one:.2g}" for one in quotient))
        rows.append((f"{slot}: {name}" if slot else name, *figures, WHY.get((slot, name), "")))
    spans = [f"{100 * top:.0f}-{100 * bottom:.0f}" for top, bottom in DEPTHS]
    heads = ("alternative", *(f"SOC {span} cm" for span in spans), "turnover, yr", *(f"quotient {s} cm" for s in spans))
    return table((*heads, "why"), rows)


TABLES = {"alternatives": alternatives, "variability": variability}


def written(page: str, name: str, made: str) -> str:
    """Put a table between its markers; the page must have both."""
    start, end = f"<!-- {name}: made by docs/hypotheses.py -->", f"<!-- end of {name} -->"
    head, rest = page.split(start)
    return f"{head}{start}\n\n{made.strip()}\n\n{end}{rest.split(end)[1]}"


def main() -> int:
    """Run what the page shows."""
    page = PAGE.read_text(encoding="utf-8")
    for name, make in TABLES.items():
        page = written(page, name, make())
    PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
