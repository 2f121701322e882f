"""Erasure certificates as PDF. Refuses one that is not as the audit trail knows it, and who may not read it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path

from lianfang.domain.areas.queries import full_name
from lianfang.doors.api.answers import door
from lianfang.doors.api.session import actor_of
from lianfang.doors.files.letters import render
from lianfang.foundation.privacy.retaining import KEPT
from lianfang.foundation.retention.erasing import is_genuine
from lianfang.foundation.retention.models import ErasureCertificate
from lianfang.foundation.retention.tables import WAYS
from lianfang.foundation.tables.reading import NO_ROW, read_one
from lianfang.kernel.clock import local
from lianfang.kernel.errors import refusal

TABLE = "privacy.certificates"
CHANGED = refusal(
    "retention.certificate_changed",
    "这份证明与操作留痕不符，不能出具。",
    "The certificate is not as the audit trail knows it and is not issued.",
    status=409,
)


@door("GET")
def certificate(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Return one erasure certificate as PDF."""
    actor = actor_of(request)
    read_one(actor, TABLE, str(certificate_id))  # because it says whether the asker may see this row
    response = HttpResponse(certificate_pdf(certificate_id), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="erasure-{certificate_id.hex[-6:]}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


def certificate_pdf(certificate_id: UUID) -> bytes:
    """Return the certificate as PDF. Raises `table.no_row`, `retention.certificate_changed`."""
    found = ErasureCertificate.objects.filter(pk=certificate_id, closed_at__isnull=False).first()
    if found is None:
        raise NO_ROW()
    if not is_genuine(found):
        raise CHANGED()
    return render("erasure", _said(found))


def _said(one: ErasureCertificate) -> dict[str, Any]:
    kept = KEPT.get(one.kind)
    assert one.closed_at is not None
    area = full_name(one.area_path, 6) if one.area_path else "全部"
    return {
        "serial": one.pk.hex[-12:].upper(), "as_of": one.closed_at, "issued_on": local(one.closed_at).date(),
        "issuer": area if one.area_path else "联防", "area": area or one.area_path,
        "kind": kept.title.zh if kept else one.kind, "way": dict(WAYS)[one.way].zh, "count": one.count,
        "since": kept.since.zh if kept else one.rule_key, "days": f"{one.rule_days:g}",
        "source": f"{one.rule_source}（{one.rule_edition}）", "needed_before": one.needed_before,
        "began_at": one.began_at, "done_by": f"系统任务 {one.job_id}" if one.job_id else "系统命令",
        "digest": one.digest,
    }  # fmt: skip


urlpatterns = [path("erasures/<uuid:certificate_id>.pdf", certificate)]
