"""What must hold of people on duty, by topic."""

import lianfang.domain.workforce.gaps.posts
import lianfang.domain.workforce.gaps.shifts  # noqa: F401
