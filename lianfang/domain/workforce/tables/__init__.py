"""The tables of the workforce, by topic."""

import lianfang.domain.workforce.tables.posts  # noqa: F401
