"""The report: safe, self-contained, readable by a screen reader, and complete."""

import dataclasses
import re
from html.parser import HTMLParser

import pytest
from show_synthetic import small_result, synthetic_context, synthetic_result

from mollisol.show import ReportContext, render_report, write_figures, write_report

VOID = {"meta", "img", "br", "hr", "link", "input"}


class Page(HTMLParser):
    """Collects tags and checks that they nest."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.text = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text.append(data)

    def all(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]

    @property
    def words(self):
        return re.sub(r"\s+", " ", " ".join(self.text))


@pytest.fixture(scope="module")
def result():
    return synthetic_result(members=6, years=11)


@pytest.fixture(scope="module")
def figures(result, tmp_path_factory):
    return write_figures(result, synthetic_context(result), tmp_path_factory.mktemp("figures"))


@pytest.fixture(scope="module")
def page(result, figures):
    return Page(render_report(result, synthetic_context(result), figures))


def test_it_needs_nothing_from_outside(page):
    addresses = [a[key] for _, a in page.tags for key in ("src", "href", "srcset", "action", "data") if key in a]
    assert addresses
    assert all(address.startswith(("data:image/png;base64,", "#")) for address in addresses)
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in page.tags}
    assert any("default-src 'none'" in a.get("content", "") for a in page.all("meta"))
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)


def test_style_fetches_nothing(result):
    text = render_report(result, synthetic_context(result), {})
    style = text[text.index("<style>") : text.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style


def test_it_is_accessible(page, figures):
    assert page.all("html") == [{"lang": "en"}]
    assert any(a.get("name") == "viewport" for a in page.all("meta"))
    images = page.all("img")
    assert len(images) == len(figures) == 9
    assert all(len(image["alt"]) > 40 for image in images)
    assert all(header.get("scope") in ("col", "row") for header in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table")) >= 6
    assert len(page.all("h1")) == 1
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for a in page.all("a")} <= set(ids)


def test_every_promised_part_is_there(page):
    for part in (
        "In short",
        "Compared with the baseline, end of 2035",
        "0–30 cm",
        "100–200 cm",
        "whole profile",
        "roots as in the run",
        "a heavy tail",
        "Published: median",
        "maize, Jackson beta (β = 0.961)",
        "How the start was made",
        "Steady state / measured",
        "Manrique",
        "tillage.depth_cm",
        "The climate series ends in 2020",
        "The fitted profile misses",
        "Carbon budget of the baseline",
        "What this report does not say",
        "mollisol run study.yaml",
        "20250101",
        "Nothing was measured below 120 cm",
    ):
        assert part in page.words, part


MARKUP = "<script>alert('x')</script>"


def test_markup_in_any_text_is_shown_and_never_run(result):
    """Every string of the context and the practices' names carry markup; the page has none of it as tags."""
    context = synthetic_context(result)

    def poisoned(value):
        if dataclasses.is_dataclass(value):
            return dataclasses.replace(
                value, **{f.name: poisoned(getattr(value, f.name)) for f in dataclasses.fields(value)}
            )
        if isinstance(value, str):
            return value + MARKUP + '"><img src=x onerror=alert(1)>'
        if isinstance(value, dict):
            return {poisoned(key): poisoned(entry) for key, entry in value.items()}
        return [poisoned(entry) for entry in value] if isinstance(value, list | tuple) else value

    names = ["baseline", *(str(name) + MARKUP for name in result["practice"].values[1:])]
    text = render_report(result.assign_coords(practice=names), poisoned(context), {})
    page = Page(text)
    assert page.all("script") == []
    assert page.all("img") == []
    assert MARKUP in page.words
    assert text.count("&lt;script&gt;") > 20


def test_the_title_is_escaped(result):
    text = render_report(result, synthetic_context(result, name="<script>"), {})
    assert "<h1>&lt;script&gt;</h1>" in text
    assert "<script" not in text


def test_figures_with_hostile_names_carry_their_texts_as_attributes(result, tmp_path):
    image = tmp_path / "profile.png"
    image.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x04\x00\x00\x00\x04\x00")
    named = result.assign_coords(practice=["baseline", '" onload="x', "b", "c", "d"])
    page = Page(render_report(named, synthetic_context(result), {"profile": image}))
    assert set(page.all("img")[0]) == {"src", "alt", "width"}


def test_a_bare_result_and_context_still_make_a_report():
    stock = [[[5.0, 3.0]]]
    context = ReportContext(name="bare", latitude=-33.5, longitude=151.2, years=(2025, 2025))
    page = Page(render_report(small_result(stock, stock), context, {}))
    assert "33.50° S, 151.20° E" in page.words
    assert "Only the baseline was run" in page.words
    assert "no default was used" in page.words
    assert "nan" not in page.words.lower().replace("–", "").split()


def test_a_budget_that_does_not_close_is_a_warning(result):
    context = synthetic_context(result)
    broken = Page(render_report(result.drop_vars("surface_respiration"), context, {}))
    assert "The budget does not close" in broken.words
    assert "The budget does not close" not in Page(render_report(result, context, {})).words


def test_one_parameter_set_has_no_interval_columns(result):
    page = Page(render_report(result.isel(member=[0]), synthetic_context(result), {}))
    assert "90 % interval" not in page.words.split("Words used here")[0]
    assert "One parameter set was run" in page.words


def test_it_is_written_whole(result, tmp_path):
    path = write_report(result, synthetic_context(result), {}, tmp_path / "deep" / "report.html")
    assert path.read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert [each.name for each in path.parent.iterdir()] == ["report.html"]


def test_what_a_comparison_said_is_in_the_short_answer():
    result = synthetic_result(members=3, years=5)
    told = "Under the microbial model the first is <cover crop>."
    page = render_report(result, synthetic_context(result, compared=(told,)), {})
    assert "Under the microbial model the first is &lt;cover crop&gt;." in page
    assert 'href="comparison/report.html"' in page
    page = render_report(result, synthetic_context(result), {})
    assert "mollisol run --compare" in page
    assert "comparison/report.html" not in page
