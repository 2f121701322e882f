"""Many values asked for with one parameter find what asking for each would."""

from __future__ import annotations

from uuid import uuid4

import pytest

from lianfang.foundation.access.actor import Actor
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.lookups import AMONG, chunks

pytestmark = pytest.mark.django_db


def test_none_finds_nothing(cast: dict[str, Actor]) -> None:
    assert not Account.objects.filter(**{f"username__{AMONG}": []}).exists()


@pytest.mark.parametrize(
    "others",
    [[], ["王'; --", '"', "{a,b}", "\\", "不在"], ["a|b", "|"], [""], ["", "|"], [f"name-{n}" for n in range(5000)]],
)
def test_text_is_found_among_any_others(cast: dict[str, Actor], others: list[str]) -> None:
    found = Account.objects.filter(**{f"username__{AMONG}": ["duty", *others, "grid"]})
    assert set(found.values_list("username", flat=True)) == {"duty", "grid"}


def test_ids_are_found_among_others(cast: dict[str, Actor]) -> None:
    wanted = cast["duty"].account_id
    assert [one.pk for one in Account.objects.filter(**{f"pk__{AMONG}": [uuid4(), wanted]})] == [wanted]


def test_ids_written_as_text_are_found_too(cast: dict[str, Actor]) -> None:
    wanted = cast["duty"].account_id
    assert [one.pk for one in Account.objects.filter(**{f"pk__{AMONG}": [str(uuid4()), str(wanted)]})] == [wanted]


def test_every_key_comes_once_in_its_order() -> None:
    keys = [number % 7000 for number in range(14_000)]
    portions = [list(one) for one in chunks(keys)]
    assert [len(one) for one in portions] == [5000, 2000]
    assert [key for one in portions for key in one] == list(range(7000))
