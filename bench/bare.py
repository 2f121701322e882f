"""The measure for taking facts in: a bare Django view with the same columns and indexes, and nothing else.

No session, permission, rule, audit, slot, idempotence or masking: only JSON, one INSERT and a durable commit.
"""

from __future__ import annotations

from typing import Any

import django
import orjson
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from lianfang.config.settings import DATABASES

TABLE = "bench_bare_reading"
COLUMNS = {
    "id": "uuid", "area_path": "varchar", "slot_on": "date", "slot": "varchar", "temperature_c": "float8",
    "symptoms": "varchar", "fever": "bool", "how": "varchar", "note": "varchar", "happened_at": "timestamptz",
    "received_at": "timestamptz", "account_id": "uuid", "device_id": "varchar", "corrects_id": "uuid",
    "person_id": "uuid",
}  # fmt: skip
NAMES = ", ".join(COLUMNS)
ONE = f"INSERT INTO {TABLE} ({NAMES}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"
MANY = f"INSERT INTO {TABLE} ({NAMES}) SELECT * FROM unnest({', '.join(f'%s::{kind}[]' for kind in COLUMNS.values())})"
AREA = "140826100201001"


def make_table() -> None:
    """Make the table anew like that of readings: the same columns and indexes, without its triggers and references."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(f"CREATE TABLE {TABLE} (LIKE observation_reading INCLUDING ALL)")


def drop_table() -> None:
    """Take the table away."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")


def row(command: dict[str, Any]) -> tuple[Any, ...]:
    """Return the values of a row, as they came."""
    given, at = command["input"], command["happened_at"]
    return (
        command["id"], AREA, at[:10], "morning", given["temperature_c"], "", False, given["how"], "", at, at, None,
        command["device_id"], None, given["person_id"],
    )  # fmt: skip


def done(command: dict[str, Any]) -> dict[str, Any]:
    """Return the acknowledgement."""
    return {"id": command["id"], "status": "done", "result": {}}


def one(request: HttpRequest) -> HttpResponse:
    """Insert one row and commit."""
    command = orjson.loads(request.body)
    with connection.cursor() as cursor:
        cursor.execute(ONE, row(command))
    return HttpResponse(orjson.dumps(done(command)), content_type="application/json")


def batch(request: HttpRequest) -> HttpResponse:
    """Insert a batch by one statement and commit."""
    commands = orjson.loads(request.body)["commands"]
    with connection.cursor() as cursor:
        cursor.execute(MANY, [list(column) for column in zip(*map(row, commands), strict=True)])
    return HttpResponse(orjson.dumps({"results": [done(one) for one in commands]}), content_type="application/json")


urlpatterns = [path("one", one), path("batch", batch)]

if not settings.configured:
    settings.configure(
        DATABASES=DATABASES, ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="bench", USE_TZ=True, MIDDLEWARE=[]
    )
    django.setup()
    application = WSGIHandler()
