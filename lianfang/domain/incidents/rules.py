"""Which rule holds where and when, what a new edition means for running orders, what a measure must say.

Refuses local rules without document and expiry or not stricter than what holds, and open-ended measures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from lianfang.kernel.errors import Problems, Refusal, refusal
from lianfang.kernel.rulebook import Rulebook, RuleKey, RuleValue
from lianfang.kernel.text import Bilingual, both

UNKNOWN_KEY = refusal(
    "rulebook.unknown_key", "规则库中没有“{key}”这一项。", "The rulebook has no key “{key}”.", status=404
)
NO_VALUE = refusal(
    "rulebook.no_value",
    "“{label}”在 {on} 没有规则值，请先由有权机关明确依据。",
    "“{label_en}” has no value on {on}; someone with the authority must give one first.",
)
OVERRIDE_NO_DOCUMENT = refusal(
    "rulebook.override_no_document", "本地规定必须写明文件。", "A local rule needs its document."
)
OVERRIDE_NO_EXPIRY = refusal(
    "rulebook.override_no_expiry", "本地规定必须写明失效日期。", "A local rule needs an end date."
)
OVERRIDE_NOT_STRICTER = refusal(
    "rulebook.override_not_stricter",
    "本地规定 {value} 不比现行规定 {base} 更严，不需要另行规定。",
    "The local value {value} is not stricter than {base}, which already holds.",
)
OVERRIDE_NOT_ALLOWED = refusal(
    "rulebook.override_not_allowed", "“{label}”不能由本地另行规定。", "“{label_en}” cannot be set locally."
)
OVERRIDE_ABOLISHED = refusal(
    "rulebook.override_abolished",
    "“{label}”已被取消，不能由本地恢复。",
    "“{label_en}” has been abolished and cannot be brought back locally.",
)
MEASURE_INCOMPLETE = refusal(
    "incidents.measure_incomplete",
    "措施缺少“{label}”，不能发布。",
    "The measure has no {label_en} and cannot be issued.",
)
MEASURE_ENDS_BEFORE_START = refusal(
    "incidents.measure_ends_before_start", "措施的结束日期早于开始日期。", "The measure ends before it starts."
)
STEP_NOT_ALLOWED = refusal(
    "incidents.step_not_allowed",
    "事件当前为“{now}”，不能直接改为“{then}”。",
    "The incident is “{now_en}” and cannot become “{then_en}” directly.",
)


@dataclass(frozen=True, slots=True)
class LocalRule:
    """A stricter value that an area has set by document, until a date."""

    profile: str
    key: str
    value: Any
    area_path: str
    from_on: date
    until_on: date | None
    document: str


def value_of(
    book: Rulebook, profile: str, key: str, on: date, *, area_path: str = "", local: Iterable[LocalRule] = ()
) -> RuleValue:
    """Return the value that holds on the day in the area: the newest edition, or a stricter local rule in force.

    Raises `rulebook.unknown_key`, and `rulebook.no_value` for a day before the first edition.
    """
    about = key_of(book, key)
    begun = [value for value in book.editions(profile, key) if value.from_on <= on]
    if not begun:
        raise NO_VALUE(field=key, label=about.label.zh, label_en=about.label.en, on=on.isoformat())
    national = begun[-1]
    stricter = [rule for rule in local if _holds(rule, profile, key, on, area_path)]
    return _strictest(about, national, stricter)


def key_of(book: Rulebook, key: str) -> RuleKey:
    """Return what the key means. Raises `rulebook.unknown_key`."""
    if key not in book.keys:
        raise UNKNOWN_KEY(field="key", key=key)
    return book.keys[key]


def is_stricter(about: RuleKey, candidate: Any, base: Any) -> bool:
    """Is the candidate stricter for the people concerned? "either" counts any other value as a local choice."""
    if about.stricter == "either":
        return candidate != base
    if not (_is_number(candidate) and _is_number(base)):
        return False
    if about.stricter == "higher":
        return bool(candidate > base)
    return about.stricter == "lower" and bool(candidate < base)


def check_local_rule(book: Rulebook, rule: LocalRule) -> None:
    """Accept a local rule only with document, expiry and a stricter value (“层层加码” guard). Raises Problems."""
    about = key_of(book, rule.key)
    problems: list[Refusal] = []
    if not rule.document.strip():
        problems.append(OVERRIDE_NO_DOCUMENT(field="document"))
    if rule.until_on is None or rule.until_on < rule.from_on:
        problems.append(OVERRIDE_NO_EXPIRY(field="until_on"))
    problems += _value_problems(about, value_of(book, rule.profile, rule.key, rule.from_on), rule)
    if problems:
        raise Problems(problems)


def _value_problems(about: RuleKey, base: RuleValue, rule: LocalRule) -> list[Refusal]:
    if about.stricter == "none":
        return [OVERRIDE_NOT_ALLOWED(field="value", label=about.label.zh, label_en=about.label.en)]
    if base.is_abolished:
        return [OVERRIDE_ABOLISHED(field="value", label=about.label.zh, label_en=about.label.en)]
    if not is_stricter(about, rule.value, base.value):
        return [OVERRIDE_NOT_STRICTER(field="value", value=rule.value, base=base.value)]
    return []


def _holds(rule: LocalRule, profile: str, key: str, on: date, area_path: str) -> bool:
    return (
        (rule.profile, rule.key) == (profile, key)
        and area_path.startswith(rule.area_path)
        and bool(rule.document.strip())
        and rule.until_on is not None
        and rule.from_on <= on <= rule.until_on
    )


def _strictest(about: RuleKey, national: RuleValue, rules: Sequence[LocalRule]) -> RuleValue:
    best = national
    # A later document of the same area replaces the earlier, or no county could ever shorten what it set.
    newest = {rule.area_path: rule for rule in sorted(rules, key=lambda one: one.from_on)}
    # Nearest area last, so that a village's choice of hours wins over the county's where no direction is stricter.
    for rule in sorted(newest.values(), key=lambda one: len(one.area_path)):
        if not national.is_abolished and is_stricter(about, rule.value, best.value):
            best = _as_value(rule, about)
    return best


def _as_value(rule: LocalRule, about: RuleKey) -> RuleValue:
    return RuleValue(
        key=rule.key,
        value=rule.value,
        unit=about.unit,
        source=rule.document,
        edition=rule.document,
        from_on=rule.from_on,
        verified=True,
        profile=rule.profile,
        kind="local",
        until_on=rule.until_on,
        area_path=rule.area_path,
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


# --- orders and new editions -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BoundOrder:
    """An order as issued: bound to the key, edition and length that held on its day. `ends_on` is its last day."""

    id: str
    key: str
    edition: str
    starts_on: date
    ends_on: date
    area_path: str = ""


@dataclass(frozen=True, slots=True)
class ReleaseProposal:
    """A person may decide to release earlier: nothing has changed yet. `ends_on` is the proposed last day."""

    order_id: str
    ends_on: date
    was_to_end_on: date
    edition: str
    source: str
    because: Bilingual


def proposals_on_new_edition(orders: Iterable[BoundOrder], old: RuleValue, new: RuleValue) -> list[ReleaseProposal]:
    """Return proposals of earlier release for orders bound to the old value; a longer new value proposes nothing.

    A proposed last day never lies before the day the new edition takes effect.
    """
    if old.key != new.key or not _is_shorter(new, old):
        return []
    bound = [order for order in orders if order.key == old.key and order.edition == old.edition]
    return [_proposal(order, new) for order in bound if _new_end(order, new) < order.ends_on]


def _is_shorter(new: RuleValue, old: RuleValue) -> bool:
    if new.is_abolished:
        return not old.is_abolished
    return _is_number(new.value) and _is_number(old.value) and bool(new.value < old.value)


def _new_end(order: BoundOrder, new: RuleValue) -> date:
    if new.is_abolished:
        return new.from_on
    return max(order.starts_on + timedelta(days=int(new.value) - 1), new.from_on)


def _proposal(order: BoundOrder, new: RuleValue) -> ReleaseProposal:
    ends_on = _new_end(order, new)
    because = both(
        f"新规定《{new.edition}》自 {new.from_on} 起执行，建议由 {order.ends_on} 提前到 {ends_on} 解除。",
        f"“{new.edition}” holds from {new.from_on}: release on {ends_on} instead of {order.ends_on} is proposed.",
    )
    return ReleaseProposal(order.id, ends_on, order.ends_on, new.edition, new.source, because)


def proposals_for_all(
    orders: Sequence[BoundOrder], editions: Iterable[RuleValue], new: RuleValue
) -> list[ReleaseProposal]:
    """Return the proposals for orders bound to any edition before the new one, so that nobody is overlooked."""
    earlier = [old for old in editions if old.from_on < new.from_on]
    return [proposal for old in earlier for proposal in proposals_on_new_edition(orders, old, new)]


# --- measures (P10) ----------------------------------------------------------------------------------------------

MEASURE_KINDS: dict[str, Bilingual] = {
    "gathering": both("限制聚集", "limits on gatherings"),
    "premises": both("场所停业或限流", "premises closed or limited"),
    "entry": both("出入管理", "entry and exit"),
    "traffic": both("交通管理", "traffic"),
    "school": both("停课", "schools closed"),
    "market": both("市场管理", "markets"),
    "other": both("其他", "other"),
}


@dataclass(frozen=True, slots=True)
class MeasureDraft:
    """What a restriction says before it may be issued."""

    legal_basis: str
    authority: str
    area_path: str
    scope: str
    starts_on: date | None
    ends_on: date | None
    exemptions: str
    notice_text: str


_MEASURE_NEEDS = {
    "legal_basis": both("法律依据", "legal basis"),
    "authority": both("发布机关", "issuing authority"),
    "area_path": both("适用区域", "area"),
    "scope": both("适用范围", "scope"),
    "starts_on": both("开始日期", "start"),
    "ends_on": both("计划结束日期", "planned end"),
    "exemptions": both("豁免情形", "exemptions"),
    "notice_text": both("告知内容", "notice text"),
}


def check_measure(draft: MeasureDraft) -> None:
    """Accept a restriction only with basis, scope, end, exemptions and notice text (P10). Raises Problems."""
    missing = [name for name in _MEASURE_NEEDS if not str(getattr(draft, name) or "").strip()]
    problems = [_missing(name) for name in missing]
    if draft.starts_on and draft.ends_on and draft.ends_on < draft.starts_on:
        problems.append(MEASURE_ENDS_BEFORE_START(field="ends_on"))
    if problems:
        raise Problems(problems)


def _missing(name: str) -> Refusal:
    label = _MEASURE_NEEDS[name]
    return MEASURE_INCOMPLETE(field=name, label=label.zh, label_en=label.en)


def is_in_force(starts_on: date, ends_on: date, on: date, *, lifted_on: date | None = None) -> bool:
    """Does the measure hold on the day? It expires by itself after its end and is never prolonged by itself."""
    return starts_on <= on <= ends_on and (lifted_on is None or on < lifted_on)


# --- incident ----------------------------------------------------------------------------------------------------

RESPONSE_LEVELS: dict[str, Bilingual] = {
    "I": both("Ⅰ级（特别重大）", "level I"),
    "II": both("Ⅱ级（重大）", "level II"),
    "III": both("Ⅲ级（较大）", "level III"),
    "IV": both("Ⅳ级（一般）", "level IV"),
}
INCIDENT_STATES: dict[str, Bilingual] = {
    "preparing": both("准备", "preparing"),
    "active": both("响应中", "active"),
    "de_escalating": both("降级", "de-escalating"),
    "closed": both("已结束", "closed"),
    "archived": both("已归档", "archived"),
    "erased": both("个人信息已删除", "personal data erased"),
}
_INCIDENT_STEPS: dict[str, tuple[str, ...]] = {
    "preparing": ("active", "closed"),
    "active": ("de_escalating", "closed"),
    "de_escalating": ("active", "closed"),
    "closed": ("archived",),
    "archived": ("erased",),
    "erased": (),
}


def may_step(now: str, then: str) -> bool:
    """Is this a step of an incident's life?"""
    return then in _INCIDENT_STEPS.get(now, ())


def check_incident_step(now: str, then: str) -> None:
    """Accept only the steps of an incident's life. Raises `incidents.step_not_allowed`."""
    if may_step(now, then):
        return
    before, after = (INCIDENT_STATES.get(state, both(state, state)) for state in (now, then))
    raise STEP_NOT_ALLOWED(field="state", now=before.zh, then=after.zh, now_en=before.en, then_en=after.en)
