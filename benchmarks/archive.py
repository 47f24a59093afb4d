"""The archive of profiles: importing the large public tables and asking for profiles, in this process."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT, Figure, median_seconds

FOLDER = ROOT.parent / "shared" / "data" / "profiles"
FILES = ("afsp_horizons_soc.csv", "sodah_layers_soc.csv")
"""Africa Soil Profiles and SoDaH."""


def figures() -> list[Figure]:
    """Seconds of both imports together, and of three questions; none where the tables are absent."""
    if not all((FOLDER / name).is_file() for name in FILES):
        print(f"  the tables are absent ({', '.join(FILES)}): nothing measured", file=sys.stderr)
        return []
    from mollisol.soil.archive import Archive, Selection, import_profiles

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "soils"
        start = time.perf_counter()
        records = [import_profiles(folder, FOLDER / name)[0] for name in FILES]
        seconds = time.perf_counter() - start
        rows = sum(record.rows_read for record in records)
        kept = sum(record.profiles_kept for record in records)
        size = sum(path.stat().st_size for path in folder.rglob("*.parquet")) / 1e6
        archive = Archive(folder)
        box = Selection(box=(20.0, -30.0, 40.0, 0.0), depth_m=1.0, measured=("soc", "bulk_density", "clay"))
        found = archive.select(box)
        note = f"{found.num_rows} profiles in a box, carbon, density and clay to 1 m"
        everything = Selection(gaps=True, repeats=True)
        return [
            Figure(
                "archive, Africa Soil Profiles and SoDaH imported", seconds, "s", 60.0, True,
                f"{rows:,} rows, {kept:,} profiles kept, {size:.1f} MB of Parquet",
            ),
            Figure("archive, opened and asked", _opened(folder, box), "s", 0.2, True, note),
            Figure("archive, asked again", median_seconds(lambda: archive.select(box)), "s", 0.2, True, note),
            Figure(
                "archive, all layers", median_seconds(lambda: archive.layers(everything)), "s", 0.2, True,
                f"{sum(record.rows_kept for record in records):,} layers as an Arrow table",
            ),
        ]  # fmt: skip


def _opened(folder: Path, wanted: Any) -> float:
    from mollisol.soil.archive import Archive

    return median_seconds(lambda: Archive(folder).select(wanted))
