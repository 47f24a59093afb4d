"""Whatever a file holds, reading it gives a profile or an error that a user can act on."""

import pathlib
import tempfile

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mollisol.grid import Grid
from mollisol.soil import Profile, harmonise, read_profile
from mollisol.units import InputError

TABLE = (
    b"profile_id,top_cm,bottom_cm,organic_carbon_percent,bulk_density_g_cm3,clay_percent,sand_percent,"
    b"coarse_fragments_percent,latitude\np,0,20,1.5,1.3,20,40,5,52\np,20,60,0.8,1.5,25,37,,52\np,60,100,0.3,,30,35,10,52\n"
)
CELLS = st.sampled_from(
    ["", "0", "-1", "1e9", "1e-300", "nan", "x", "20", "60", "99.9", "100", ",", "\n", '"', "\x00", "é"]
)


def read(content, fill_gaps):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "p.csv"
        path.write_bytes(content)
        try:
            return read_profile(path, fill_gaps=fill_gaps)
        except InputError as error:
            return error


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(TABLE)), st.integers(0, 6), CELLS), min_size=1, max_size=4), st.booleans())
def test_a_table_with_splices_is_read_or_refused(splices, fill_gaps):
    content = TABLE
    for at, length, text in splices:
        content = content[:at] + text.encode() + content[at + length :]
    found = read(content, fill_gaps)
    if isinstance(found, InputError):
        assert found.file
        assert found.remedy
    if isinstance(found, Profile):
        assert np.all(found.top_cm[1:] == found.bottom_cm[:-1])
        assert found.top_cm[0] == 0.0
        layers = harmonise(found, Grid([0, 0.1, 0.5, 1.5]))
        assert np.all(layers.organic_carbon[layers.measured > 0] >= 0.0)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused(content):
    assert isinstance(read(content, False), InputError)
