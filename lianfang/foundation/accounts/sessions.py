"""Ending the sessions of an account: who is deactivated is signed out everywhere at once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session


def end_sessions(account_id: UUID, at: datetime) -> int:
    """End every session of the account that is still running, and say how many."""
    running = Session.objects.filter(expire_date__gt=at).iterator(chunk_size=500)
    mine = [one.pk for one in running if one.get_decoded().get(SESSION_KEY) == str(account_id)]
    Session.objects.filter(pk__in=mine).delete()
    return len(mine)
