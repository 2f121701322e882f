"""Why units stay."""

from __future__ import annotations

from lianfang.domain.organisation.models import Unit
from lianfang.foundation.privacy.retaining import stays
from lianfang.kernel.text import both

stays(Unit, both("单位值班电话，不是个人号码。", "The duty phone of a unit, not of a person."))
