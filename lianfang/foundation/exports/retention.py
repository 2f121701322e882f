"""How long files with names are kept: to the day they are to be destroyed. The log of the export stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from lianfang.foundation.attachments.models import StoredFile
from lianfang.foundation.attachments.retention import erase_files
from lianfang.foundation.exports.freezing import KIND
from lianfang.foundation.exports.models import NamedExport
from lianfang.foundation.privacy.models import Reveal
from lianfang.foundation.privacy.retaining import Kept, keep, stays
from lianfang.kernel.clock import local
from lianfang.kernel.text import both


def _expired(before: datetime) -> QuerySet[StoredFile]:
    over = NamedExport.objects.filter(expires_on__lt=local(before).date())
    return StoredFile.objects.filter(erased_at__isnull=True, kind=KIND, pk__in=over.values("file_id"))


def _erase(keys: Sequence[UUID], at: datetime) -> int:
    """Remove the files, and what would still open a copy of them."""
    NamedExport.objects.filter(file_id__in=keys).update(password="")
    return erase_files(keys, at)


keep(
    Kept("exports.files", both("带姓名的导出文件", "Files with names"), StoredFile, "retention.exports_days",
         both("销毁日期之次日起", "from the day after the one it is to be destroyed by"), _expired, carry=_erase)
)  # fmt: skip

KEPT_TO_ANSWER = both(
    "记录谁在何时为何取得信息，不含信息本身；供本人查询、泄露追查和审计。",
    "Says who took what and why, not what it was: for the person who asks, after a leak, and for the auditor.",
)
stays(NamedExport, KEPT_TO_ANSWER)
stays(Reveal, KEPT_TO_ANSWER)
