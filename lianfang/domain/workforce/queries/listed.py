"""How lines of a list of people on duty stand to the register: by phone and name, within the county."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.queries.responders import responder_phone_indexing
from lianfang.foundation.intake.targets import NEW, RowMatch, Rows
from lianfang.foundation.lookups import AMONG, chunks
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.areas import COUNTY_DIGITS


def match_lines(rows: Rows, path: str) -> list[RowMatch]:
    """Return how each line stands to who serves in the county.

    Exact: the same phone and name. Probable: the same phone and another name, or the same name where the list gives no
    phone. The first phone is the one that counts. Changes nothing.
    """
    index, names = responder_phone_indexing(), rows.said("name", "")
    phones = rows.told = [index(numbers[0]) if numbers else "" for numbers in rows.said("phone", ())]
    by_phone = _known("phone_index", {phone for phone in phones if phone}, path)
    lines = list(zip(names, phones, strict=True))
    by_name = _known("name", {name for name, phone in lines if name and not phone}, path)
    return [_match(name, phone, by_phone, by_name) for name, phone in lines]


def _known(column: str, values: set[str], path: str) -> dict[str, list[tuple[UUID, str]]]:
    found = defaultdict[str, list[tuple[UUID, str]]](list)
    serving = Responder.objects.filter(within(path[:COUNTY_DIGITS])).exclude(state="ended").order_by("joined_on", "pk")
    for some in chunks(values):
        for key, pk, name in serving.filter(**{f"{column}__{AMONG}": some}).values_list(column, "pk", "name"):
            found[key].append((pk, name))
    return found


def _match(
    name: str, phone: str, by_phone: dict[str, list[tuple[UUID, str]]], by_name: dict[str, list[tuple[UUID, str]]]
) -> RowMatch:
    if not phone:
        same = by_name.get(name, []) if name else []
        return RowMatch("probable", (str(same[0][0]),), (("name",),)) if same else NEW
    same = by_phone.get(phone, [])
    exact = [pk for pk, known in same if known == name]
    if exact:
        return RowMatch("exact", (str(exact[0]),), (("differs",),))
    return RowMatch("probable", (str(same[0][0]),), (("phone",),)) if same else NEW


def responders_by_id(ids: Iterable[str], *, besides: UUID) -> dict[str, Responder]:
    """Return those who serve by id, without those whom the list itself brings."""
    found: dict[str, Responder] = {}
    for some in chunks(ids):
        rows = Responder.objects.filter(**{f"pk__{AMONG}": some}).exclude(batch_id=besides)
        found |= {str(one.pk): one for one in rows}
    return found
