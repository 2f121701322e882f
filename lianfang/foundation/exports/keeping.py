"""Keeping a named export: its file under lock, its line in the log, a note of every row shown clear (P06, P07)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings

from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.inputs import RANGE
from lianfang.foundation.attachments.storing import store
from lianfang.foundation.exports.freezing import KIND
from lianfang.foundation.exports.locking import LockedFile
from lianfang.foundation.exports.models import NamedExport
from lianfang.foundation.exports.watermark import seal
from lianfang.foundation.exports.writing import visible_mark
from lianfang.foundation.privacy.models import Reveal
from lianfang.foundation.tables.subjects import persons_of


@dataclass(frozen=True)
class Leaving:
    """A list that leaves the house: whose, when, for what and whom, until when; `mark` tells it from every other."""

    actor: Actor
    at: datetime
    path: str
    purpose: str
    recipient: str
    expires_on: date
    mark: str

    @property
    def said(self) -> str:
        """Return the sentence that stands on every page."""
        return visible_mark(self.actor.name, self.at, self.purpose, self.recipient, self.expires_on, self.mark)

    @property
    def facts(self) -> dict[str, str]:
        """Return the hidden mark, sealed."""
        facts = {"mark": self.mark, "user": self.actor.name, "account": str(self.actor.account_id),
                "time": self.at.isoformat(), "purpose": self.purpose, "recipient": self.recipient}  # fmt: skip
        return facts | {"seal": seal(*facts.values())}


def new_mark() -> str:
    """Return a mark no other export has."""
    return secrets.token_hex(4)


def row_limit() -> int:
    """Return how many rows a list with names may have (P06)."""
    return int(settings.LIANFANG_NAMED_EXPORT_ROWS)


def check_expiry(expires_on: date, on: date) -> None:
    """Raise `input.out_of_range` for a day of destruction that is past or too far away."""
    last = on + timedelta(days=settings.LIANFANG_NAMED_EXPORT_DAYS)
    if not on <= expires_on <= last:
        raise RANGE(field="expires_on", limit=f"{on} – {last}")


def keep_export(
    leaving: Leaving, export_id: UUID, locked: LockedFile, table: str, filters: Sequence[str], columns: Sequence[str],
    row_ids: Sequence[str],
) -> NamedExport:  # fmt: skip
    """Store the file and log the export; every row counts as looked at, and whoever it is about may ask.

    Who made the export is told the password, and again at the door as long as the file is kept.
    """
    file = store(leaving.actor, locked.name, [locked.body], KIND, leaving.path)
    export = NamedExport.objects.create(
        id=export_id, mark=leaving.mark, account_id=leaving.actor.account_id, account_name=leaving.actor.name,
        table=table, filters=sorted(filters), columns=list(columns), row_ids=list(row_ids), rows=len(row_ids),
        area_path=leaving.path, purpose=leaving.purpose, recipient=leaving.recipient, at=leaving.at,
        expires_on=leaving.expires_on, file_id=file.pk, password=locked.password,
    )  # fmt: skip
    _note_looks(export)
    return export


def _note_looks(export: NamedExport) -> None:
    """Note every row as looked at: whoever asks who saw their record is told of the export too."""
    if export.account_id is None:
        return
    persons = persons_of(export.table, export.row_ids)
    Reveal.objects.bulk_create(
        Reveal(
            account_id=export.account_id, table=export.table, row_id=row, column="*", reason=export.purpose,
            area_path=export.area_path, at=export.at, until=export.at, person_id=persons.get(row), via="export",
            via_id=export.pk,
        )
        for row in export.row_ids
    )  # fmt: skip
