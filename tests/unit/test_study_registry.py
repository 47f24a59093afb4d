"""Keys that other rooms add to the study file."""

from __future__ import annotations

from typing import Annotated

import pytest
import yaml
from pydantic import Field

from mollisol.examples import demo_folder
from mollisol.study import load_spec, register_key
from mollisol.study.fields import Number, Section
from mollisol.study.registry import STUDY_KEYS
from mollisol.units import InputError


class Prices(Section):
    carbon_usd_t: Annotated[float, Number(0, 1000, "USD/t")] = Field(description="price of carbon, USD/t")


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.delitem(STUDY_KEYS, "economics", raising=False)
    folder = demo_folder()
    for name in ("profile.csv", "climate.csv"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    written = yaml.safe_load((folder / "study.yaml").read_text())

    def load(economics):
        path = tmp_path / "study.yaml"
        path.write_text(yaml.safe_dump({**written, **economics}, sort_keys=False))
        return load_spec(path)

    yield load
    STUDY_KEYS.pop("economics", None)


def test_a_registered_key_is_checked_and_arrives(study):
    with pytest.raises(InputError, match="unknown key"):
        study({"economics": {"carbon_usd_t": 40}})
    register_key("economics", Prices, "costs and prices")
    assert study({"economics": {"carbon_usd_t": 40}}).sections["economics"].carbon_usd_t == 40.0
    assert "economics" not in study({}).sections


def test_its_mistakes_are_told_with_their_line(study):
    register_key("economics", Prices, "costs and prices")
    with pytest.raises(InputError, match="from 0 to 1000 USD/t") as caught:
        study({"economics": {"carbon_usd_t": -1}})
    assert caught.value.key == "economics.carbon_usd_t"
    assert caught.value.line is not None
    with pytest.raises(InputError, match="did you mean 'economics'"):
        study({"economcs": {"carbon_usd_t": 1}})


def test_a_key_is_registered_once():
    with pytest.raises(ValueError, match="exists already"):
        register_key("crops", Prices, "no")
