"""From a leaked text back to the exports it was copied from: who took the list out, when, what for and to whom."""

from __future__ import annotations

from collections.abc import Iterator

from lianfang.foundation.exports.models import NamedExport
from lianfang.foundation.exports.watermark import find_marks


def exports_behind(text: str) -> Iterator[dict[str, object]]:
    """Yield what the log says of each export whose mark is hidden in the text."""
    for export in NamedExport.objects.filter(mark__in=find_marks(text)).order_by("at"):
        yield {
            "export": str(export.pk), "mark": export.mark, "by": export.account_name, "at": export.at.isoformat(),
            "purpose": export.purpose, "recipient": export.recipient, "table": export.table, "rows": export.rows,
            "revoked": export.revoked_at is not None,
        }  # fmt: skip
