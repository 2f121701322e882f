"""How lines of a list of people on duty stand to the register: by phone and name, within the county."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.queries.responders import responder_phone_indexing
from lianfang.foundation.intake.targets import NEW, Row, RowMatch
from lianfang.foundation.lookups import AMONG, chunks
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.areas import COUNTY_DIGITS


def match_lines(rows: Sequence[Row], path: str) -> list[RowMatch]:
    """Return how each line stands to who serves in the county.

    Exact: the same phone and name. Probable: the same phone and another name, or the same name where the list gives no
    phone. The first phone is the one that counts. Changes nothing.
    """
    index = responder_phone_indexing()
    for row in rows:
        numbers = row.values.get("phone", [])
        row.told = index(numbers[0]) if numbers else ""
    by_phone = _known("phone_index", {row.told for row in rows if row.told}, path)
    by_name = _known("name", {row.values["name"] for row in rows if not row.told and row.values.get("name")}, path)
    return [_match(row, by_phone, by_name) for row in rows]


def _known(column: str, values: set[str], path: str) -> dict[str, list[tuple[UUID, str]]]:
    found = defaultdict[str, list[tuple[UUID, str]]](list)
    serving = Responder.objects.filter(within(path[:COUNTY_DIGITS])).exclude(state="ended").order_by("joined_on", "pk")
    for some in chunks(values):
        for key, pk, name in serving.filter(**{f"{column}__{AMONG}": some}).values_list(column, "pk", "name"):
            found[key].append((pk, name))
    return found


def _match(
    row: Row, by_phone: dict[str, list[tuple[UUID, str]]], by_name: dict[str, list[tuple[UUID, str]]]
) -> RowMatch:
    name = row.values.get("name", "")
    if not row.told:
        same = by_name.get(name, []) if name else []
        return RowMatch("probable", (str(same[0][0]),), (("name",),)) if same else NEW
    same = by_phone.get(row.told, [])
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
