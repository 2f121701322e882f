"""How long filled sheets are kept: they are copies, and can be filled again. The log of the filling stays."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from lianfang.foundation.attachments.models import StoredFile
from lianfang.foundation.attachments.retention import erase_files
from lianfang.foundation.privacy.retaining import Kept, keep
from lianfang.kernel.text import both

FILLED, FORM = "filled_sheet", "sheet_form"


def _past(before: datetime) -> QuerySet[StoredFile]:
    return StoredFile.objects.filter(erased_at__isnull=True, kind=FILLED, at__lt=before)


keep(
    Kept("reports.filled_sheets", both("填好的表", "Filled sheets"), StoredFile, "retention.uploads_days",
         both("填报之日起", "from the day of filling"), _past, carry=erase_files)
)  # fmt: skip
