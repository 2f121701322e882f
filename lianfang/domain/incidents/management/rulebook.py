"""Keeps the list of rules in line with the shipped packs. Refuses nothing; entries of earlier packs stay."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from lianfang.domain.incidents.models import RulebookEdition, RulebookEntry
from lianfang.domain.incidents.queries import book
from lianfang.foundation.actions.guard import writing
from lianfang.kernel.clock import now
from lianfang.kernel.rulebook import Pack, Rulebook, RuleValue

_Key = tuple[str, str, date]


def load_shipped() -> None:
    """Bring editions and entries of every shipped pack into the database; safe to repeat."""
    with writing():
        load(book())


def load(rulebook: Rulebook) -> None:
    """Write the packs' editions and values; a corrected source or value replaces what was loaded before."""
    editions = _editions(rulebook.packs.values())
    rows = [_entry(rulebook, value, editions[_key(value)]) for value in _values(rulebook)]
    RulebookEntry.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["profile", "key", "from_on"],
        update_fields=[
            "edition", "label_zh", "label_en", "value", "unit", "source", "verified", "kind", "note_zh", "note_en",
        ],
    )  # fmt: skip


def _values(rulebook: Rulebook) -> Iterable[RuleValue]:
    return (value for values in rulebook.values.values() for value in values)


def _key(value: RuleValue) -> _Key:
    return value.profile, value.edition, value.from_on


def _editions(packs: Iterable[Pack]) -> dict[_Key, RulebookEdition]:
    known = {(one.profile, one.edition, one.from_on): one for one in RulebookEdition.objects.all()}
    fresh: dict[_Key, RulebookEdition] = {}
    for pack in packs:
        for value in pack.values:
            if _key(value) not in known and _key(value) not in fresh:
                fresh[_key(value)] = RulebookEdition(
                    profile=pack.profile, profile_name=pack.name.zh, edition=value.edition, from_on=value.from_on,
                    source=value.source[:300], loaded_at=now(),
                )  # fmt: skip
    RulebookEdition.objects.bulk_create(fresh.values())
    return known | fresh


def _entry(rulebook: Rulebook, value: RuleValue, edition: RulebookEdition) -> RulebookEntry:
    label = rulebook.keys[value.key].label
    return RulebookEntry(
        edition=edition, profile=value.profile, key=value.key, label_zh=label.zh, label_en=label.en, value=value.value,
        unit=value.unit, from_on=value.from_on, source=value.source[:300], verified=value.verified, kind=value.kind,
        note_zh=value.note.zh[:400] if value.note else "", note_en=value.note.en[:400] if value.note else "",
    )  # fmt: skip
