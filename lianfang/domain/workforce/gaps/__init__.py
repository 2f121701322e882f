"""What must hold of people on duty, by topic."""

import lianfang.domain.workforce.gaps.posts  # noqa: F401
