"""The queries of screening, by topic: leads and visits."""

import lianfang.domain.screening.queries.leads
import lianfang.domain.screening.queries.visits  # noqa: F401
