"""Prints a country's holidays as JSON. A program of its own: the library costs 18 MiB, its dates a few hundred bytes.

Run as `python -m alerts.feastlist ID 2026 2027`. For each year: dates, the days off, public holidays and collective
leave; complete, false when the year's collective leave is not decreed yet as far as the library knows. Then the
days whose date it only estimates are left out.
"""

import json
import sys
from datetime import date

import holidays

LEAVE = "government"
"""The library's category of collective leave (cuti bersama)."""


def of(country: str, year: int) -> dict[str, object]:
    """One year. Raises NotImplementedError for a country that the library does not know."""
    public = holidays.country_holidays(country, years=year)
    with_leave = LEAVE in public.supported_categories
    leave = holidays.country_holidays(country, years=year, categories=(LEAVE,)) if with_leave else {}
    complete = bool(leave) or (not with_leave and bool(public))
    estimated = str(getattr(public, "estimated_label", "") or "\0").replace("%s", "").strip()
    sure: list[date] = [when for when, name in public.items() if complete or estimated not in name]
    return {"dates": sorted({when.isoformat() for when in (*sure, *leave)}), "complete": complete}


if __name__ == "__main__":
    print(json.dumps({year: of(sys.argv[1], int(year)) for year in sys.argv[2:]}))  # noqa: T201 - its answer
