"""Whether anything may leave the house now: freezes of areas, and exports that expired or were revoked."""

from __future__ import annotations

from lianfang.foundation.access.actor import Actor
from lianfang.foundation.attachments.models import StoredFile
from lianfang.foundation.attachments.storing import GONE
from lianfang.foundation.audit.chain import Entry, append
from lianfang.foundation.exports.models import ExportFreeze, NamedExport
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.clock import today
from lianfang.kernel.errors import refusal

KIND = "named_export"

FROZEN = refusal(
    "privacy.exports_frozen",
    "因信息安全事件，本区域已暂停一切导出和下载。",
    "After a breach of privacy, every export and download of this area is frozen.",
    status=423,
)


def frozen(path: str) -> bool:
    """Say whether a freeze is in force for the area, for one above it or for one within it."""
    above = [path[:length] for length in range(len(path) + 1)]
    open_ones = ExportFreeze.objects.filter(ended_at__isnull=True)
    return open_ones.filter(area_path__in=above).exists() or open_ones.filter(within(path)).exists()


def refuse_if_frozen(path: str) -> None:
    """Raise `privacy.exports_frozen` while a freeze touches the area."""
    if frozen(path):
        raise FROZEN()


def may_fetch(actor: Actor, file: StoredFile) -> None:
    """Refuse a named export's file when it expired, was revoked or is frozen; every fetch stands in the audit trail."""
    export = NamedExport.objects.filter(file_id=file.pk).first()
    if export is None or export.revoked_at is not None or export.expires_on < today():
        raise GONE()
    refuse_if_frozen(export.area_path)
    append([Entry("privacy.fetch_export", actor.account_id, actor.door, actor.device_id,
                  subject=f"privacy.exports/{export.pk}", area_path=export.area_path)])  # fmt: skip
