"""Places: the division register and what people write for its names. A text that could be two places gets no code."""

from lianfang.kernel.places.register import Area, areas_within, canonical
from lianfang.kernel.places.resolver import Candidate, Register, Resolved, resolve, resolve_lines

__all__ = ["Area", "Candidate", "Register", "Resolved", "areas_within", "canonical", "resolve", "resolve_lines"]
