"""The models of the workforce, by topic."""

import lianfang.domain.workforce.models.care
import lianfang.domain.workforce.models.check_ins
import lianfang.domain.workforce.models.checks
import lianfang.domain.workforce.models.listed
import lianfang.domain.workforce.models.offers
import lianfang.domain.workforce.models.patterns
import lianfang.domain.workforce.models.posts
import lianfang.domain.workforce.models.responders
import lianfang.domain.workforce.models.shifts
import lianfang.domain.workforce.models.teams
import lianfang.domain.workforce.models.wishes  # noqa: F401
