"""How long uploaded files are kept. A file that something still stands on is not due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from lianfang.foundation.attachments.models import StoredFile
from lianfang.foundation.attachments.storing import NEEDED, erase
from lianfang.foundation.privacy.retaining import Kept, keep
from lianfang.kernel.text import both


def _used_up(before: datetime) -> QuerySet[StoredFile]:
    """Return uploads of before that nothing names any more."""
    found = StoredFile.objects.filter(erased_at__isnull=True, at__lt=before, kind__in=["upload", "intake"])
    for needed in NEEDED:
        found = found.exclude(pk__in=needed(before))
    return found


def erase_files(keys: Sequence[UUID], at: datetime) -> int:
    """Remove the contents of files for good and return how many there were."""
    for key in keys:
        erase(key, at)
    return len(keys)


keep(
    Kept("attachments.uploads", both("上传的文件和名单", "Uploaded files and lists"), StoredFile,
         "retention.uploads_days", both("上传或最后使用之日起", "from upload or last use"), _used_up, carry=erase_files)
)  # fmt: skip
