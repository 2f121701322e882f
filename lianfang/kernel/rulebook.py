"""Rule packs as plain data: dated values with their source, parsed from YAML text.

Holds every edition and refuses a pack that says a number without saying where it comes from. Decides nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, cast

import yaml

from lianfang.kernel.errors import refusal
from lianfang.kernel.text import Bilingual

Kind = Literal["published", "default", "local"]
Stricter = Literal["higher", "lower", "either", "none"]
PRODUCT = "product"
PRODUCT_SOURCE = "product default"

BAD_PACK = refusal("rulebook.bad_pack", "规则包不能读入：{problem}", "The rule pack cannot be read: {problem}.")


@dataclass(frozen=True, slots=True)
class RuleKey:
    """What a rule value means: label, unit, and which direction is the stricter one for the people concerned."""

    key: str
    label: Bilingual
    unit: str
    stricter: Stricter = "none"


@dataclass(frozen=True, slots=True)
class RuleValue:
    """One value of a key from a date on, with its edition and source; `value` is None once the rule is abolished."""

    key: str
    value: Any
    unit: str
    source: str
    edition: str
    from_on: date
    verified: bool
    profile: str = PRODUCT
    kind: Kind = "published"
    note: Bilingual | None = None
    until_on: date | None = None
    area_path: str = ""

    @property
    def is_abolished(self) -> bool:
        return self.value is None

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON: what a screen shows beside the number, and what a phone keeps."""
        plain = dataclasses.asdict(self)
        plain["from_on"] = self.from_on.isoformat()
        plain["until_on"] = self.until_on.isoformat() if self.until_on else None
        return plain


@dataclass(frozen=True, slots=True)
class Pack:
    """All keys and dated values of one profile: a disease, a hazard, or the product's own defaults."""

    profile: str
    name: Bilingual
    note: Bilingual | None
    keys: tuple[RuleKey, ...]
    values: tuple[RuleValue, ...]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Every pack together; values of a key are kept oldest first."""

    packs: Mapping[str, Pack]
    keys: Mapping[str, RuleKey]
    values: Mapping[tuple[str, str], tuple[RuleValue, ...]]

    def editions(self, profile: str, key: str) -> tuple[RuleValue, ...]:
        """Return every dated value of the key, oldest first; the product's defaults when the profile has none."""
        return self.values.get((profile, key)) or self.values.get((PRODUCT, key), ())


class _StrictLoader(yaml.SafeLoader):
    """Safe YAML that refuses a key written twice, because the second would silently win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        names = [self.construct_object(name, deep=True) for name, _ in node.value]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise BAD_PACK(field=str(twice), problem=f"“{twice}” is written twice, line {node.start_mark.line + 1}")
        return super().construct_mapping(node, deep)


def parse_packs(text: str) -> list[Pack]:
    """Return the packs of a YAML text, one per document. Raises `rulebook.bad_pack`."""
    try:
        # _StrictLoader is a SafeLoader: it builds plain data only.
        documents = list(yaml.load_all(text, Loader=_StrictLoader))
    except yaml.YAMLError as error:
        raise BAD_PACK(problem=str(error).splitlines()[0]) from error
    return [_pack(document) for document in documents if document is not None]


def assemble(packs: Iterable[Pack]) -> Rulebook:
    """Return one rulebook of several packs. Raises `rulebook.bad_pack` when a profile or a key is given twice."""
    book: dict[str, Pack] = {}
    keys: dict[str, RuleKey] = {}
    values: dict[tuple[str, str], list[RuleValue]] = {}
    for pack in packs:
        if pack.profile in book:
            raise BAD_PACK(field="profile", problem=f"profile {pack.profile} comes twice")
        book[pack.profile] = pack
        for key in pack.keys:
            if keys.setdefault(key.key, key) != key:
                raise BAD_PACK(field=key.key, problem=f"{key.key} means two different things")
        for value in pack.values:
            values.setdefault((pack.profile, value.key), []).append(value)
    ordered = {where: tuple(sorted(found, key=lambda one: one.from_on)) for where, found in values.items()}
    return Rulebook(book, keys, ordered)


def read_folder(folder: Path) -> Rulebook:
    """Return the rulebook of all *.yaml packs of a folder. Raises `rulebook.bad_pack`."""
    return assemble(pack for path in sorted(folder.glob("*.yaml")) for pack in parse_packs(path.read_text("utf-8")))


def shipped() -> Rulebook:
    """Return the rulebook that comes with the product."""
    return read_folder(Path(__file__).resolve().parents[1] / "data" / "rulebook")


def _pack(document: Any) -> Pack:
    profile, name = _need(document, "profile", "the pack"), _need(document, "name", "the pack")
    keys = {key: _key(key, about) for key, about in (document.get("keys") or {}).items()}
    values = [value for edition in document.get("editions") or () for value in _edition(profile, edition, keys)]
    seen: set[tuple[str, date]] = set()
    for value in values:
        if (value.key, value.from_on) in seen:
            raise BAD_PACK(field=value.key, problem=f"{profile}: {value.key} has two values from {value.from_on}")
        seen.add((value.key, value.from_on))
    return Pack(
        profile, Bilingual(name["zh"], name["en"]), document.get("note", ""), tuple(keys.values()), tuple(values)
    )


def _key(key: str, about: Any) -> RuleKey:
    _only(about, {"zh", "en", "unit", "stricter"}, key)
    stricter = about.get("stricter", "none")
    if stricter not in ("higher", "lower", "either", "none"):
        raise BAD_PACK(field=key, problem=f"{key}: “{stricter}” is no direction")
    return RuleKey(key, _sentence(about, key), about.get("unit", ""), cast(Stricter, stricter))


def _edition(profile: str, edition: Any, keys: Mapping[str, RuleKey]) -> Iterable[RuleValue]:
    title, from_on = _need(edition, "edition", profile), _need(edition, "from_on", profile)
    if not isinstance(from_on, date):
        raise BAD_PACK(field="from_on", problem=f"{profile}, {title}: from_on is no date")
    for key, given in _need(edition, "values", title).items():
        if key not in keys:
            raise BAD_PACK(field=key, problem=f"{profile}, {title}: {key} is not declared under keys")
        yield _value(profile, edition, keys[key], given)


def _value(profile: str, edition: Any, key: RuleKey, given: Any) -> RuleValue:
    about = given if isinstance(given, dict) and "value" in given else {"value": given}
    _only(about, {"value", "source", "verified", "kind", "note"}, key.key)
    merged = {**edition, **about}
    return RuleValue(
        key=key.key,
        value=_frozen(about["value"]),
        unit=key.unit,
        source=_need(merged, "source", key.key),
        edition=edition["edition"],
        from_on=merged["from_on"],
        verified=bool(merged.get("verified", False)),
        profile=profile,
        kind=merged.get("kind", "published"),
        note=_sentence(merged.get("note"), "note") if merged.get("note") else None,
    )


def _frozen(value: Any) -> Any:
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value


def _sentence(about: Any, where: str) -> Bilingual:
    return Bilingual(_need(about, "zh", where), _need(about, "en", where))


def _only(about: Any, names: set[str], where: str) -> None:
    """Refuse a word nobody reads, because it is a misspelt one or half of a sentence cut at a comma."""
    unknown = sorted(set(about) - names) if isinstance(about, dict) else []
    if unknown:
        raise BAD_PACK(field=where, problem=f"{where}: “{unknown[0]}” is not read")


def _need(about: Any, name: str, where: str) -> Any:
    if not isinstance(about, dict) or about.get(name) in (None, ""):
        raise BAD_PACK(field=name, problem=f"{where} has no {name}")
    return about[name]
