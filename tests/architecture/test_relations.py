"""Keys between apps point down the order of the apps, and give the lower app no way to look up.

The import checker cannot see ForeignKey("people.Person"): it is a string. This walks Django's own registry.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps

ORDER = (
    {"areas"}, {"places"}, {"people"}, {"incidents"}, {"organisation"}, {"workforce"}, {"tasks"},
    {"screening", "checkpoints", "observation", "supplies", "outreach", "premises", "environment", "welfare"},
    {"cases"}, {"supervision"}, {"reports"},
)  # fmt: skip
LEVEL = {app: level for level, names in enumerate(ORDER) for app in names}


def _wrong_keys() -> Iterator[str]:
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if not (field.is_relation and field.concrete and field.related_model):
                continue
            here, there = model._meta.app_label, field.related_model._meta.app_label
            if here == there or here not in LEVEL or there not in LEVEL:
                continue
            if LEVEL[there] >= LEVEL[here]:
                yield f"{model._meta.label}.{field.name} must not point to {there}"
            elif not field.remote_field.hidden:
                yield f"{model._meta.label}.{field.name} needs related_name='+'"


def test_keys_between_apps_point_down() -> None:
    assert list(_wrong_keys()) == []


def test_every_domain_app_has_its_place_in_the_order() -> None:
    present = {config.label for config in apps.get_app_configs() if config.name.startswith("lianfang.domain.")}
    assert present <= set(LEVEL)
