"""The history of one subject, from the audit trail."""

from __future__ import annotations

from typing import Any

from lianfang.foundation.accounts.models import Account
from lianfang.foundation.audit.models import AuditLine


def history_of(subject: str, limit: int = 100) -> list[dict[str, Any]]:
    """Return who did what with the subject, newest first."""
    lines = list(AuditLine.objects.filter(subject=subject).order_by("-at", "-id")[:limit])
    people = dict(Account.objects.filter(pk__in={line.account_id for line in lines}).values_list("pk", "name"))
    return [
        {
            "at": line.at,
            "by": people.get(line.account_id, "系统") if line.account_id else "系统",
            "action": line.action,
            "note": line.details,
        }
        for line in lines
    ]
