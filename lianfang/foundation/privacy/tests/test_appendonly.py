"""Facts and audit lines stand: on either database no update and no delete gets past the triggers."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from lianfang.foundation.actions.guard import writing
from lianfang.foundation.audit.chain import Entry, append
from lianfang.foundation.audit.models import AuditLine
from lianfang.foundation.events.models import Event
from lianfang.foundation.privacy.appendonly import append_only_models, erasing, lay_triggers
from lianfang.kernel.clock import now

pytestmark = pytest.mark.django_db


@pytest.fixture
def line() -> AuditLine:
    append([Entry("test.look_around", None, "inside")])
    return AuditLine.objects.get()


def _event() -> Event:
    return Event.objects.create(name="test.happened", at=now())


def test_an_audit_line_is_not_changed(line: AuditLine) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditLine.objects.update(action="test.something_else")
    assert AuditLine.objects.get().action == "test.look_around"


def test_an_audit_line_is_not_deleted(line: AuditLine) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditLine.objects.all().delete()
    assert AuditLine.objects.exists()


def test_a_fact_is_neither_changed_nor_deleted() -> None:
    event = _event()
    for statement in ("UPDATE events_event SET name = 'x'", "DELETE FROM events_event"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert Event.objects.get() == event


@pytest.mark.parametrize("model", append_only_models(), ids=lambda model: model._meta.label)
def test_every_table_of_facts_has_its_triggers(model: Any) -> None:
    lay_triggers()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass", [model._meta.db_table])
            wanted = {f"{model._meta.db_table}_append_only"}
        else:
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [model._meta.db_table]
            )
            wanted = {f"{model._meta.db_table}_no_{verb}" for verb in ("update", "delete")}
        assert wanted <= {name for (name,) in cursor.fetchall()}


def test_erasure_by_retention_opens_the_door_and_shuts_it_again(line: AuditLine) -> None:
    with writing(), erasing():
        Event.objects.filter(pk=_event().pk).delete()
    assert not Event.objects.exists()
    test_an_audit_line_is_not_deleted(line)


def test_an_erasure_that_fails_leaves_the_door_shut(line: AuditLine) -> None:
    with pytest.raises(ZeroDivisionError), erasing():
        raise ZeroDivisionError
    test_an_audit_line_is_not_changed(line)
