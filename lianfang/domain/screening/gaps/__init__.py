"""The gaps of screening, by topic: leads and visits."""

import lianfang.domain.screening.gaps.leads
import lianfang.domain.screening.gaps.visits  # noqa: F401
