"""Figures are drawn for every kind of result, and leave no trace in matplotlib's settings."""

import subprocess
import sys
import time
import warnings

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from show_synthetic import PRACTICES, small_result, synthetic_context, synthetic_result

from mollisol.show import ReportContext, write_figures
from mollisol.show.drawing import COLOURS, practice_styles, settings
from mollisol.show.figures import FIGURES
from mollisol.show.view import ResultView

ALL = set(FIGURES)


def drawn(result, context):
    """Draw every figure in memory (no file) and return those that exist; a warning is an error."""
    view, found = ResultView(result), {}
    with settings(), warnings.catch_warnings():
        warnings.simplefilter("error")
        for name, draw in FIGURES.items():
            figure = draw(view, context)
            if figure is not None:
                figure.set_dpi(40)
                FigureCanvasAgg(figure).draw()
                found[name] = figure
    return found


def test_files_are_png_under_their_names(tmp_path):
    result = synthetic_result(members=3, years=6)
    before = dict(matplotlib.rcParams)
    paths = write_figures(result, synthetic_context(result), tmp_path / "figures")
    assert set(paths) == ALL
    for name, path in paths.items():
        content = path.read_bytes()
        assert path == tmp_path / "figures" / f"{name}.png"
        assert content.startswith(b"\x89PNG")
        assert 700 < int.from_bytes(content[16:20], "big") < 2200
        assert len(content) < 600_000
    assert sorted(path.name for path in (tmp_path / "figures").iterdir()) == sorted(f"{n}.png" for n in ALL)
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        ({"members": 1, "years": 3}, set()),
        ({"practices": ("baseline",), "members": 1, "years": 1}, {"difference_by_interval"}),
        ({"practices": ("baseline", "$x_{", "_hidden", "a" * 90), "members": 2, "years": 2}, set()),
        ({"edges": (0, 0.1, 0.25), "members": 2, "years": 2}, set()),
        ({"without": ("soil_temperature", "soil_moisture", "bnpp"), "members": 2, "years": 2}, {"climate_at_depth"}),
    ],
)
def test_unusual_results_are_drawn(options, missing):
    result = synthetic_result(**options)
    assert set(drawn(result, synthetic_context(result))) == ALL - missing


def test_soc_alone_is_enough_for_its_own_figures():
    stock = [[[5.0, 3.0]], [[5.0, 3.5]]]
    context = ReportContext(name="bare", latitude=0, longitude=0, years=(2025, 2025))
    assert set(drawn(small_result(stock, stock), context)) == {
        "profile",
        "difference_by_interval",
        "difference_by_depth",
        "through_time",
    }


def test_a_soil_without_carbon_or_flux_is_drawn():
    result = synthetic_result(members=2, years=2)
    numbers = [name for name in result.data_vars if "time" in result[name].dims or "layer" in result[name].dims]
    empty = result.assign({name: 0.0 * result[name] for name in numbers if "month" not in result[name].dims})
    context = synthetic_context(result, measured=None, initial=None, turnover_reference=())
    assert set(drawn(empty, context)) == ALL - {"turnover", "initial_state"}


def test_the_profile_shows_stocks_as_areas():
    """A line of the profile figure times its thickness is the stock that the result holds."""
    result = synthetic_result(members=3, years=4)
    figure = drawn(result, synthetic_context(result))["profile"]
    axes = figure.axes[0]
    patch = next(patch for patch in axes.patches if patch.get_label() == "baseline, end of 2028")
    values, edges, _ = patch.get_data()
    expected = result["soc"].sel(practice="baseline").isel(time=-1).mean("member").sum() * 10.0
    assert np.sum(values * np.diff(edges) / 10.0) == pytest.approx(float(expected))
    assert axes.get_ylim() == (200.0, 0.0)
    assert any("continued by the model" in text.get_text() for text in figure.axes[1].texts)


def test_bands_are_the_quantiles_of_the_paired_differences():
    result = synthetic_result(members=9, years=4)
    figure = drawn(result, synthetic_context(result))["difference_by_interval"]
    soc = result["soc"].isel(time=-1).sum("layer")
    difference = (soc.sel(practice="cover_crop") - soc.sel(practice="baseline")).values * 10.0
    whole = figure.axes[3]
    bar = next(line for line in whole.lines if list(line.get_ydata()) == [0, 0])
    assert bar.get_xdata() == pytest.approx(np.quantile(difference, [0.05, 0.95]))


def test_a_practice_has_one_style_and_no_two_share_it():
    many = ("baseline", *(f"practice_{n}" for n in range(2 * len(COLOURS))))
    styles = practice_styles(ResultView(synthetic_result(practices=many, members=1, years=1)))
    assert len({(style.colour, style.line) for style in styles}) == len(many)
    few = practice_styles(ResultView(synthetic_result(members=1, years=1)))
    assert [style.label for style in few] == [name.replace("_", " ") for name in PRACTICES]


def test_the_room_loads_what_draws_only_when_it_is_used():
    code = (
        "import sys, mollisol.show as show; show.ReportContext; show.cropland_turnover(); dir(show);"
        "heavy = {'matplotlib', 'xarray', 'pandas', 'jax', 'jinja2'} & set(sys.modules); assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_drawing_does_not_load_pyplot():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; import tempfile;"
        "from show_synthetic import *; from mollisol.show import write_figures;"
        "r = synthetic_result(members=2, years=1);"
        "write_figures(r, synthetic_context(r), Path(tempfile.mkdtemp()));"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(__file__).rsplit("/", 1)[0]], check=True)


@pytest.mark.slow
def test_five_practices_and_fifty_members_take_seconds(tmp_path):
    result = synthetic_result(members=50)
    start = time.process_time()
    write_figures(result, synthetic_context(result), tmp_path)
    assert time.process_time() - start < 6.0
