"""The archive: many profiles from many sources in one folder, as Parquet that DuckDB queries without a server.

`import_profiles` reads a file of any supported format into an archive, `Archive` selects from it. DuckDB and pyarrow
are loaded when an archive is opened, not with this module.
"""

from mollisol.soil.archive.archive import Archive, LeftOut
from mollisol.soil.archive.importing import import_profiles
from mollisol.soil.archive.records import ImportRecord
from mollisol.soil.archive.selection import Selection
from mollisol.soil.archive.variables import MEASURED

__all__ = ["MEASURED", "Archive", "ImportRecord", "LeftOut", "Selection", "import_profiles"]
