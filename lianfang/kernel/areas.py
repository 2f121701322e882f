"""How long the code of an area is: each level adds digits to the one above it.

Source: GB/T 2260-2007 (county and above), GB/T 10114-2003 (town); the statistical division codes add the village.
"""

from __future__ import annotations

COUNTY_DIGITS, TOWN_DIGITS, VILLAGE_DIGITS = AREA_DIGITS = 6, 9, 12
