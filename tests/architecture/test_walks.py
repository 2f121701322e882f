"""Walks over the registries and models: what is declared is covered here without touching these tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps

from lianfang.config.roles import ROLES
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.registry import ACTIONS
from lianfang.foundation.events.announcing import wiring
from lianfang.foundation.gaps.registry import GAPS
from lianfang.foundation.privacy.classes import Level, PrivacyClass
from lianfang.foundation.privacy.fields import EncryptedText
from lianfang.foundation.tables.reading import Query, read
from lianfang.foundation.tables.registry import TABLES
from lianfang.kernel.errors import CATALOGUE, Refusal
from lianfang.kernel.ids import uuid7

OURS = [model for model in apps.get_models() if model.__module__.startswith("lianfang.")]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_field_says_how_private_it_is(model: Any) -> None:
    declared = getattr(model, "privacy", {})
    fields = {field.name for field in model._meta.concrete_fields}
    assert fields <= set(declared), f"silent: {sorted(fields - set(declared))}"
    assert set(declared) <= fields, f"no such field: {sorted(set(declared) - fields)}"
    assert all(isinstance(cls, PrivacyClass) for cls in declared.values())


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_identity_numbers_and_phones_are_encrypted(model: Any) -> None:
    for field in model._meta.concrete_fields:
        if field.name in ("phone", "identity_number") or field.name.endswith(("_phone", "_identity_number")):
            assert isinstance(field, EncryptedText), f"{field.name} is stored in clear"


# because a list may ask which rules are in force
@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(TABLES))
def test_no_column_is_less_private_than_the_field_it_shows(name: str) -> None:
    model = TABLES[name].rows(Actor(None, "", system=True)).model
    for column in TABLES[name].columns:
        current = model
        steps = column.path.split("__")
        for step in steps[:-1]:
            field = next((one for one in current._meta.get_fields() if one.name == step), None)
            if field is None or not field.related_model:
                break
            current = field.related_model
        cls = getattr(current, "privacy", {}).get(steps[-1])
        personal = cls is not None and cls not in (PrivacyClass.WORK, PrivacyClass.PUBLIC)
        if personal:
            assert column.privacy not in (PrivacyClass.WORK, PrivacyClass.PUBLIC), f"{column.name} shows {cls}"
        if PrivacyClass.NAME in (cls, column.privacy):
            # a name never hides in a wider class, and nothing else is shown to whoever may know names
            assert column.privacy is cls, f"{column.name} is {column.privacy}, its field {cls}"


def test_names_are_clear_for_nobody_but_who_visits() -> None:
    visiting = {role.name for role in ROLES if role.level(PrivacyClass.NAME) is Level.CLEAR}
    assert visiting == {"grid_worker", "village_doctor", "village_secretary"}
    assert all(role.level(PrivacyClass.IDENTITY) is not Level.CLEAR for role in ROLES)


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(TABLES))
def test_the_outsider_reads_no_table(name: str, cast: dict[str, Actor]) -> None:
    with pytest.raises(Refusal) as refused:
        read(cast["outsider"], name)
    assert refused.value.code == "access.not_yours"


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_neighbour_reads_only_rows_of_their_own_grid(name: str, cast: dict[str, Actor]) -> None:
    neighbour = cast["neighbour"]
    if not neighbour.may(name):
        return
    assert TABLES[name].area or name in AREALESS
    page = read(neighbour, name, Query(limit=200))
    assert all(row["area"].startswith(neighbour.home_area) for row in page.rows if TABLES[name].area)


# tables without any row about a person or an area: numbers of the rulebook, the inventory of fields, views of lists,
# and blank sheets of the areas above
AREALESS = {"incidents.rule_values", "privacy.inventory", "reports.shared_sheets", "workbench.views"}


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_the_outsider_does_nothing(name: str, send: Any) -> None:
    response = send("outsider", name, {})
    assert response.status_code in (403, 404, 422), response.content
    assert response.json()["code"] in CATALOGUE


@pytest.mark.django_db
def test_nobody_is_answered_without_a_session(client: Any) -> None:
    addresses = ["/api/meta", "/api/gaps", "/api/search?q=a", *(f"/api/tables/{name}" for name in TABLES)]
    addresses += [f"/api/tables/{name}.xlsx" for name in TABLES]
    assert {client.get(address).status_code for address in addresses} == {401}
    for name in ACTIONS:
        body = {"id": str(uuid7()), "input": {}}
        assert client.post(f"/api/actions/{name}", body, content_type="application/json").status_code == 401


def _permissions() -> Iterator[tuple[str, str]]:
    for role in ROLES:
        for pattern in role.can:
            yield role.name, pattern


def test_every_action_and_table_is_somebodys() -> None:
    homeless = [name for name in (*ACTIONS, *TABLES) if not any(role.may(name) for role in ROLES)]
    assert homeless == []


def test_every_permission_of_a_role_means_something() -> None:
    from fnmatch import fnmatchcase

    names = [*ACTIONS, *TABLES]
    empty = [
        (role, pattern) for role, pattern in _permissions() if not any(fnmatchcase(name, pattern) for name in names)
    ]
    assert empty == []


def test_every_gap_shows_a_declared_table_and_leads_somewhere() -> None:
    for gap in GAPS.values():
        assert gap.table in TABLES, gap.name
        kind, target, _ = gap.act
        assert kind in ("action", "table", "page"), gap.name
        assert kind == "page" or target in (ACTIONS if kind == "action" else TABLES), f"{gap.name}: {target}"
        assert set(gap.facts) <= _facts(), f"{gap.name}: {set(gap.facts) - _facts()}"


def _facts() -> set[str]:
    from lianfang.kernel.facts import Fact

    found, waiting = set(), [Fact]
    while waiting:
        for cls in waiting.pop().__subclasses__():
            found.add(cls.event_name())
            waiting.append(cls)
    return found


def test_wiring_names_reactions_that_exist() -> None:
    for name, reactions in wiring().items():
        assert name in _facts()
        assert all(callable(reaction) for reaction in reactions)


def test_every_refusal_speaks_both_languages() -> None:
    for code, kind in CATALOGUE.items():
        assert kind.message.zh, code
        assert kind.message.en, code
        assert any("\u4e00" <= letter <= "\u9fff" for letter in kind.message.zh), code
