"""Asking work to stop while it writes, on a database with one writer: nobody else can note anything there meanwhile.

The mark is an empty file of the job's name beside the files; PostgreSQL needs none.
"""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection


def _mark(job_id: UUID) -> Path:
    return Path(settings.LIANFANG_FILES) / "stop" / str(job_id)


def ask_aside(job_id: UUID) -> None:
    """Ask a job to stop without the database, where whoever writes keeps all others waiting."""
    if connection.vendor == "sqlite":
        mark = _mark(job_id)
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()


def is_asked_aside(job_id: UUID) -> bool:
    """Say whether somebody asked a job to stop without the database."""
    return connection.vendor == "sqlite" and _mark(job_id).exists()


def forget_aside(job_id: UUID) -> None:
    """Take the mark away: the database knows by now."""
    _mark(job_id).unlink(missing_ok=True)
