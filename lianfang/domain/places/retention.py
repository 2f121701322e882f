"""Why places stay."""

from __future__ import annotations

from lianfang.domain.places.models import Place
from lianfang.foundation.privacy.retaining import stays
from lianfang.kernel.text import both

stays(
    Place,
    both("单位场所的公务联系人，随单位存续更正。", "The contact of a place, corrected as long as it exists."),
)
