"""How long filled sheets and retired forms are kept: what was filled are copies, and what was retired nobody fills.

The log of the filling and what a form was confirmed to mean stay.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from lianfang.domain.reports.models import SheetTemplate, SheetVersion
from lianfang.foundation.attachments.models import StoredFile
from lianfang.foundation.attachments.retention import erase_files
from lianfang.foundation.privacy.retaining import Kept, keep
from lianfang.kernel.text import both

FILLED, FORM = "filled_sheet", "sheet_form"


def _past(before: datetime) -> QuerySet[StoredFile]:
    return StoredFile.objects.filter(erased_at__isnull=True, kind=FILLED, at__lt=before)


def _retired(before: datetime) -> QuerySet[StoredFile]:
    """Return the files of forms that were retired before, and those that never became a form."""
    in_use = ~Q(template__state=SheetTemplate.State.RETIRED) | Q(template__retired_at__gte=before)
    needed = SheetVersion.objects.filter(in_use).values("file_id")
    return StoredFile.objects.filter(erased_at__isnull=True, kind=FORM, at__lt=before).exclude(pk__in=needed)


keep(
    Kept("reports.filled_sheets", both("填好的表", "Filled sheets"), StoredFile, "retention.uploads_days",
         both("填报之日起", "from the day of filling"), _past, carry=erase_files)
)  # fmt: skip
keep(
    Kept("reports.retired_forms", both("停用的表样", "Retired forms"), StoredFile, "retention.uploads_days",
         both("停用之日起", "from the day of retiring"), _retired, carry=erase_files)
)  # fmt: skip
