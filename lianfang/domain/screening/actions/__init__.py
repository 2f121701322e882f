"""The actions of screening, by topic: leads and visits."""

import lianfang.domain.screening.actions.leads
import lianfang.domain.screening.actions.matching
import lianfang.domain.screening.actions.merging
import lianfang.domain.screening.actions.registering
import lianfang.domain.screening.actions.replying
import lianfang.domain.screening.actions.visits  # noqa: F401
