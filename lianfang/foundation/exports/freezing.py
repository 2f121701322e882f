"""Whether anything may leave the house now: freezes of areas, and exports that expired or were revoked."""

from __future__ import annotations

from uuid import UUID

from lianfang.foundation.access.actor import Actor
from lianfang.foundation.attachments.models import StoredFile
from lianfang.foundation.attachments.storing import GONE, own_file
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

NO_PASSWORD = refusal(
    "privacy.no_password",
    "这份文件生成时还没有打开口令，直接打开即可。",
    "This file was made before files had passwords; it opens without one.",
    status=404,
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
    _noted(actor, "privacy.fetch_export", _standing(file))


def password_of(actor: Actor, file_id: UUID) -> str:
    """Return the password on a named export's file to who made it, as long as the file can be had; written down (P07).

    Raises `file.gone`, `access.not_yours`, `privacy.exports_frozen`, `privacy.no_password`.
    """
    export = _standing(own_file(actor, file_id))
    if not export.password:
        raise NO_PASSWORD()
    _noted(actor, "privacy.tell_password", export)
    return export.password


def _standing(file: StoredFile) -> NamedExport:
    export = NamedExport.objects.filter(file_id=file.pk).first()
    if export is None or export.revoked_at is not None or export.expires_on < today():
        raise GONE()
    refuse_if_frozen(export.area_path)
    return export


def _noted(actor: Actor, action: str, export: NamedExport) -> None:
    append([Entry(action, actor.account_id, actor.door, actor.device_id,
                  subject=f"privacy.exports/{export.pk}", area_path=export.area_path)])  # fmt: skip
