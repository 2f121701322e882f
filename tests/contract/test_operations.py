"""Every operation, asked whatever its description allows and more, by people of every role: no surprise, only answers.

Nothing here names an operation: a new action, table or address is asked as soon as it exists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from lianfang.config.wsgi import application
from lianfang.doors.api.description import description

pytestmark = pytest.mark.django_db

ROLES = ("duty", "town", "grid", "doctor", "desk", "outsider")
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 10


def _schema() -> Any:
    schema = schemathesis.openapi.from_dict(description())
    schema.app = application
    return schema


OPERATIONS = {found.ok().label: found.ok() for found in _schema().get_all_operations()}


@contextmanager
def _one_connection() -> Iterator[None]:
    """The server hands back its connection between requests; here it holds the test's transaction, and undoes each."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    for signal in signals:
        signal.connect(close_old_connections)


@dataclass(frozen=True)
class Browser:
    """What a browser of one role sends along: its session and its page's token."""

    cookies: dict[str, str]
    token: str

    def ask(self, case: Any) -> Any:
        with _one_connection():
            return case.call(cookies=self.cookies, headers={"X-CSRFToken": self.token, "Accept-Encoding": "identity"})


@pytest.fixture
def browsers(signed_in: Callable[[str], Client]) -> dict[str, Browser]:
    found = {}
    for role in ROLES:
        client = signed_in(role)
        token = client.get("/api/session").json()["csrf"]
        found[role] = Browser({name: cookie.value for name, cookie in client.cookies.items()}, token)
    return found


def test_the_browsers_are_really_signed_in(browsers: dict[str, Browser]) -> None:
    statuses = {role: browser.ask(OPERATIONS["GET /api/meta"].Case()).status_code for role, browser in browsers.items()}
    assert set(statuses.values()) == {200}
    language = OPERATIONS["POST /api/session/language"].Case(body={"language": "en"}, media_type="application/json")
    assert browsers["grid"].ask(language).status_code == 204


@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_whatever_is_asked_is_answered_as_described(label: str, browsers: dict[str, Browser]) -> None:
    operation = OPERATIONS[label]

    @given(case=operation.as_strategy(), role=st.sampled_from(ROLES))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any, role: str) -> None:
        response = browsers[role].ask(case)
        case.validate_response(response, checks=CHECKS)

    ask()
