"""The models of screening, by topic: leads and visits."""

import lianfang.domain.screening.models.leads
import lianfang.domain.screening.models.visits  # noqa: F401
