"""How long what stood before a correction is kept, and why the register stays."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from lianfang.domain.people.models import Household, MergeRecord, Person, RecordConflict
from lianfang.foundation.privacy.retaining import Kept, keep, stays
from lianfang.kernel.text import both

REGISTER = both(
    "户籍人口台账是各项服务的底册，随人员变动更正，按本人要求或上级规定删除。",
    "The register every service rests on: corrected as people come and go, deleted on request or by order.",
)


def _settled(before: datetime) -> QuerySet[RecordConflict]:
    return RecordConflict.objects.filter(settled_at__lt=before)


def _merged(before: datetime) -> QuerySet[MergeRecord]:
    return MergeRecord.objects.filter(at__lt=before)


stays(Household, REGISTER)
stays(Person, REGISTER)
keep(
    Kept("people.conflicts", both("并列的两种填法", "Second versions of an edit"), RecordConflict,
         "retention.corrections_days", both("选定之日起", "from when one was chosen"), _settled)
)  # fmt: skip
keep(
    Kept("people.merges", both("合并前的内容", "What stood before a merge"), MergeRecord,
         "retention.corrections_days", both("合并之日起", "from the merge"), _merged)
)  # fmt: skip
