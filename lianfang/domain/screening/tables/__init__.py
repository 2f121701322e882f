"""The tables of screening, by topic: leads and visits."""

import lianfang.domain.screening.tables.leads
import lianfang.domain.screening.tables.visits  # noqa: F401
