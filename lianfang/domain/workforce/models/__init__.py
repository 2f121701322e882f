"""The models of the workforce, by topic."""

import lianfang.domain.workforce.models.posts
import lianfang.domain.workforce.models.responders
import lianfang.domain.workforce.models.shifts  # noqa: F401
