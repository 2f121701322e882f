"""The tables of the workforce, by topic."""

import lianfang.domain.workforce.tables.posts
import lianfang.domain.workforce.tables.shifts  # noqa: F401
