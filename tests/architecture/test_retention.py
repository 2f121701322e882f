"""Walks over what is kept how long: no personal field without a schedule, or without the reason why it stays."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.apps import apps

from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.retaining import KEPT, STAYS, schedule
from lianfang.foundation.retention.inventory import purposes
from lianfang.kernel.clock import now

NOT_PERSONAL = (PrivacyClass.WORK, PrivacyClass.PUBLIC)
OURS = [model for model in apps.get_models() if model.__module__.startswith("lianfang.")]


def _personal(model: Any) -> set[str]:
    return {name for name, cls in model.privacy.items() if cls not in NOT_PERSONAL}


PERSONAL = [model for model in OURS if _personal(model)]


@pytest.mark.parametrize("model", PERSONAL, ids=lambda model: model._meta.label)
def test_personal_fields_have_a_schedule_or_a_reason_to_stay(model: Any) -> None:
    assert model in STAYS or any(kept.model is model for kept in KEPT.values())


@pytest.mark.parametrize("model", PERSONAL, ids=lambda model: model._meta.label)
def test_personal_fields_have_a_purpose_and_a_legal_basis(model: Any) -> None:
    about = purposes()["records"][model._meta.label]
    assert about["zh"]
    assert about["en"]
    assert about["basis"] in purposes()["bases"]


def test_no_purpose_is_written_for_what_is_not_there() -> None:
    assert set(purposes()["records"]) == {model._meta.label for model in PERSONAL}


@pytest.mark.parametrize("name", sorted(KEPT))
def test_what_is_made_anonymous_keeps_no_personal_field(name: str) -> None:
    kept = KEPT[name]
    if kept.blank:
        assert _personal(kept.model) <= set(kept.blank), _personal(kept.model) - set(kept.blank)


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(KEPT))
def test_every_schedule_has_days_with_a_source_and_a_question_the_database_understands(name: str) -> None:
    kept = KEPT[name]
    values = schedule(kept.rule, date(2020, 2, 3))
    assert values[-1][0] == ""
    for _, value in values:
        assert value.unit == "days"
        assert float(value.value) >= 0
        assert value.source
        assert value.from_on
    assert kept.due(now()).count() == 0
    assert any(field.name == kept.area for field in kept.model._meta.concrete_fields)


@pytest.mark.parametrize("reason", [*STAYS.values(), *(kept.title for kept in KEPT.values())])
def test_reasons_and_titles_speak_both_languages(reason: Any) -> None:
    assert any("\u4e00" <= letter <= "\u9fff" for letter in reason.zh)
    assert reason.en
