"""What a climate holds, in figures for people."""

from __future__ import annotations

from typing import Any

import numpy as np

from mollisol.climate.aggregation import climatology
from mollisol.climate.columns import COLUMNS
from mollisol.climate.potential import method_for
from mollisol.climate.series import Climate


def describe(climate: Climate) -> dict[str, Any]:
    """Summarise a climate for `mollisol climate check`.

    Returns
    -------
    dict
        `source`, `resolution`, `start`, `end`, `rows`, `columns`, `mean_temperature` (degC), `coldest_month` and
        `warmest_month` (degC), `annual_precipitation` (mm/yr), `pet_method` (the one that would be used),
        `months` (twelve of `month`, `temperature`, `precipitation`) and `warnings`. Plain values, fit for JSON.

    Examples
    --------
    >>> import numpy as np
    >>> year = Climate("climatology", np.arange(1, 13), np.linspace(0, 22, 12), np.full(12, 60.0))
    >>> describe(year)["warmest_month"]
    22.0
    """
    year = climatology(climate)
    temperature = np.mean(year.temperature.reshape(12, -1), axis=1)
    rain = np.mean(year.precipitation.reshape(12, -1), axis=1)
    series = climate.resolution != "climatology"
    return {
        "source": climate.source,
        "resolution": climate.resolution,
        "start": str(climate.time[0]) if series else None,
        "end": str(climate.time[-1]) if series else None,
        "rows": len(climate),
        "columns": [column.name for column in COLUMNS if getattr(climate, column.field) is not None],
        "mean_temperature": round(float(np.average(temperature, weights=year.days)), 2),
        "coldest_month": round(float(temperature.min()), 2),
        "warmest_month": round(float(temperature.max()), 2),
        "annual_precipitation": round(float(rain.sum()), 1),
        "pet_method": method_for(climate),
        "months": [
            {"month": month, "temperature": round(float(t), 2), "precipitation": round(float(p), 1)}
            for month, t, p in zip(range(1, 13), temperature, rain, strict=True)
        ],
        "warnings": list(climate.warnings),
    }
