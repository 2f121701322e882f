"""Grids get the lowest free number of their village, and a plain answer when there is none left."""

from __future__ import annotations

from typing import Any

import pytest

from lianfang.config.demo.cast import VILLAGE
from lianfang.domain.areas.models import Area
from lianfang.domain.areas.rules import next_grid_path
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.actions.running import run
from lianfang.kernel.errors import Refusal


def test_the_lowest_free_number_is_next_and_none_is_given_twice() -> None:
    assert next_grid_path(VILLAGE, []) == f"{VILLAGE}001"
    assert next_grid_path(VILLAGE, [f"{VILLAGE}001", f"{VILLAGE}003"]) == f"{VILLAGE}002"
    assert next_grid_path(VILLAGE, [f"{VILLAGE}{number:03d}" for number in range(1, 1000)]) == ""


@pytest.mark.django_db
def test_a_village_whose_numbers_are_all_used_is_told_so(cast: Any) -> None:
    taken = set(Area.objects.filter(parent=VILLAGE).values_list("path", flat=True))
    like = Area.objects.filter(parent=VILLAGE).first()
    assert like is not None
    paths = [f"{VILLAGE}{number:03d}" for number in range(1, 1000)]
    fields = {field.attname: getattr(like, field.attname) for field in Area._meta.concrete_fields}
    with writing():
        Area.objects.bulk_create([Area(**fields | {"path": path, "name": path}) for path in paths if path not in taken])
    with pytest.raises(Refusal) as no:
        run(cast["secretary"], "areas.create_grid", {"village": VILLAGE, "name": "多一格"})
    assert (no.value.code, no.value.field) == ("areas.no_number_left", "village")
