"""What people do with incidents: open, review, close, issue and lift measures, set stricter rules, take up editions.

Refuses what has no basis or no end.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import OuterRef, Subquery
from pydantic import Field

from lianfang.domain.areas.queries import area_exists
from lianfang.domain.incidents import rules
from lianfang.domain.incidents.events import (
    EditionAdopted,
    IncidentClosed,
    IncidentOpened,
    IncidentReviewed,
    LocalRuleEnded,
    LocalRuleSet,
    MeasureIssued,
    MeasureLifted,
)
from lianfang.domain.incidents.models import Adoption, Incident, IncidentReview, LocalRule, Measure, RulebookEdition
from lianfang.domain.incidents.queries import RUNNING, book, forget_rules, rule
from lianfang.foundation.actions.inputs import CHOICE, Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import TODAY, when, when_empty
from lianfang.foundation.administration.actions import choices, labelled
from lianfang.foundation.retention.erasing import overdue_count
from lianfang.kernel.clock import local
from lianfang.kernel.errors import CATALOGUE, refusal
from lianfang.kernel.rulebook import PRODUCT
from lianfang.kernel.text import both

NO_INCIDENT = refusal("incidents.unknown", "没有这个事件。", "There is no such incident.", status=404)
NO_AREA = refusal("incidents.no_area", "没有这个区域。", "There is no such area.", status=404)
NO_MEASURE = refusal("incidents.measure_unknown", "没有这项措施。", "There is no such measure.", status=404)
ALREADY_LIFTED = refusal(
    "incidents.measure_lifted_before", "这项措施已解除。", "The measure was lifted already.", status=409
)
NOT_RUNNING = refusal("incidents.not_running", "事件已结束，不能再办理。", "The incident is over.", status=409)
OUTSIDE = refusal("incidents.outside_area", "区域不在事件范围内。", "The area is outside the incident.")
STILL_IN_FORCE = refusal(
    "incidents.measures_in_force",
    "还有 {count} 项措施没有解除，请先解除再结束事件。",
    "{count} measures are not lifted yet; lift them before the incident is closed.",
    status=409,
)
STILL_KEPT = refusal(
    "incidents.erasures_overdue",
    "还有 {count} 条个人信息超过保存期限没有清除，请先清除再结束事件。",
    "{count} personal records are past their time and not erased; erase them before the incident is closed.",
    status=409,
)
UNKNOWN_DISEASE = refusal(
    "incidents.unknown_profile", "规则库中没有“{code}”。", "The rulebook has no profile “{code}”."
)
NO_EDITION = refusal("rulebook.no_edition", "没有这个版本。", "There is no such edition.", status=404)
OTHER_DISEASE = refusal(
    "rulebook.other_profile", "这个版本不属于该事件的病种。", "The edition is about another disease than the incident."
)
ALREADY_ADOPTED = refusal("rulebook.adopted_before", "这个版本已执行。", "The edition was adopted already.", status=409)
NOT_YET = refusal(
    "rulebook.not_yet",
    "这个版本自 {on} 起执行，现在还不能采用。",
    "The edition holds from {on}; it cannot be adopted yet.",
)
BAD_SHAPE = refusal(
    "rulebook.override_wrong_kind",
    "规定值的格式与现行规定不一致。",
    "The value is not of the same kind as the one in force.",
)
NO_LOCAL_RULE = refusal(
    "rulebook.no_local_rule", "没有这条本地规定，或已终止。", "There is no such local rule.", status=404
)
STALE = CATALOGUE["record.stale"]


Path = Annotated[str, Field(pattern=r"^\d{2,15}$", **labelled("区域", "Area", "area"))]
Reason = Annotated[str, Field(min_length=2, max_length=400, **labelled("理由", "Reason", "textarea"))]
Level = Literal["I", "II", "III", "IV", ""]


class OpenIncident(Input):
    name: str = Field(min_length=2, max_length=100, **labelled("事件名称", "Name"))
    disease: str = Field(
        max_length=40, pattern=r"^[a-z0-9_]+$", **labelled("病种或灾种（规则包）", "Disease or hazard")
    )
    area_path: Path
    level: Level = Field("", **labelled("响应级别", "Level", "choice", **choices(rules.RESPONSE_LEVELS)))
    started_on: date | None = Field(None, **labelled("启动日期", "Started", "date"))
    planned_end_on: date | None = Field(None, **labelled("计划结束日期", "Planned end", "date"))
    trigger: str = Field(min_length=2, max_length=300, **labelled("启动依据（文件）", "Trigger document"))
    legal_basis: str = Field(min_length=2, max_length=300, **labelled("法律依据", "Legal basis"))
    office: str = Field("", max_length=100, **labelled("受理申诉的单位", "Office that hears appeals"))
    hotline: str = Field("", max_length=30, **labelled("值班电话", "Duty phone"))
    rules_as_of: date | None = Field(None, **labelled("演练：按此日规则", "Exercise: rules as of", "date"))


@action("incidents.open_incident", both("启动事件", "Open an incident"), OpenIncident)
def open_incident(call: Call, given: OpenIncident) -> Result:
    """Open an incident with its trigger document and legal basis; its end is reviewed every 14 days (P23)."""
    call.permit(given.area_path)
    if not area_exists(given.area_path):
        raise NO_AREA(field="area_path")
    if given.disease not in book().packs or given.disease == PRODUCT:
        raise UNKNOWN_DISEASE(field="disease", code=given.disease)
    started_on = given.started_on or local(call.received_at).date()
    values = given.model_dump(exclude={"started_on"})
    incident = Incident.objects.create(
        **values,
        state="active",
        started_on=started_on,
        review_on=started_on + _review_every(given.area_path, started_on),
    )
    forget_rules()
    call.about("incidents.incidents", incident.pk, disease=given.disease)
    call.announce(IncidentOpened(area_path=given.area_path, incident_id=str(incident.pk), disease=given.disease))
    return {"id": str(incident.pk), "review_on": incident.review_on.isoformat()}


def _review_every(area_path: str, on: date) -> timedelta:
    return timedelta(days=int(rule("incident.review_every_days", area_path, on, PRODUCT).value))


def _incident(incident_id: UUID) -> Incident:
    found = Incident.objects.filter(pk=incident_id).first()
    if found is None:
        raise NO_INCIDENT(field="incident_id")
    return found


_AFTER_REVIEW = {state: rules.INCIDENT_STATES[state] for state in ("active", "de_escalating")}


class ReviewIncident(Input):
    incident_id: UUID
    state: Literal["active", "de_escalating"] = Field(
        "active",
        **labelled("复核后状态", "State", "choice", **choices(_AFTER_REVIEW)),
    )
    level: Level = Field("", **labelled("响应级别（不变则留空）", "Level (empty: unchanged)", "choice",
                                        **choices(rules.RESPONSE_LEVELS)))  # fmt: skip
    planned_end_on: date | None = Field(None, **labelled("计划结束日期", "Planned end", "date"))
    reason: Reason
    version: int | None = Field(None, ge=1, le=10**6, **labelled("版本", "Version", "hidden"))


IS_RUNNING = when(lambda state: state in RUNNING, "state")


@action("incidents.review_incident", both("复核事件", "Review an incident"), ReviewIncident,
        subject=Subject("incidents.incidents", "incident_id", IS_RUNNING))  # fmt: skip
def review_incident(call: Call, given: ReviewIncident) -> Result:
    """Say, with reasons, whether the incident still needs its level and end; the next review follows by rule (P23)."""
    incident = _incident(given.incident_id)
    call.permit(incident.area_path)
    if given.version is not None and given.version != incident.version:
        raise STALE(field="version", details={"version": incident.version})
    if given.state != incident.state:
        rules.check_incident_step(incident.state, given.state)
    elif not call.allows(IS_RUNNING, incident):
        raise NOT_RUNNING(field="incident_id")
    today = local(call.received_at).date()
    review = _reviewed(call, incident, given.state, given.level or incident.level, given.reason)
    review.planned_end_on = given.planned_end_on or incident.planned_end_on
    review.next_review_on = today + _review_every(incident.area_path, today)
    review.save(force_insert=True)
    incident.planned_end_on, incident.review_on = review.planned_end_on, review.next_review_on
    _to(incident, review)
    call.announce(
        IncidentReviewed(
            area_path=incident.area_path, incident_id=str(incident.pk), next_review_on=str(review.next_review_on)
        )
    )
    return {"id": str(incident.pk), "review_on": incident.review_on.isoformat()}


def _reviewed(call: Call, incident: Incident, state: str, level: str, reason: str) -> IncidentReview:
    call.about("incidents.incidents", incident.pk, state=state)
    return IncidentReview(
        incident=incident, area_path=incident.area_path, reviewed_at=call.received_at, account_id=call.actor.account_id,
        state_before=incident.state, state_after=state, level_before=incident.level, level_after=level, reason=reason,
    )  # fmt: skip


def _to(incident: Incident, review: IncidentReview) -> None:
    incident.state, incident.level, incident.version = review.state_after, review.level_after, incident.version + 1
    incident.save()
    forget_rules()


class CloseIncident(Input):
    incident_id: UUID
    reason: Reason


_NOT_LIFTED = Measure.objects.filter(lifted_on__isnull=True)
_LAST_DAY = _NOT_LIFTED.filter(incident=OuterRef("pk")).order_by("-ends_on").values("ends_on")[:1]
CLOSABLE = when(
    lambda state, last_on, today: rules.may_step(state, "closed") and (last_on is None or last_on < today),
    "state", Subquery(_LAST_DAY), TODAY,
)  # fmt: skip


@action("incidents.close_incident", both("结束事件", "Close an incident"), CloseIncident,
        subject=Subject("incidents.incidents", "incident_id", CLOSABLE), danger=True)  # fmt: skip
def close_incident(call: Call, given: CloseIncident) -> Result:
    """Close an incident once its measures are lifted or over and no record is kept too long (P08).

    Raises `incidents.measures_in_force`, `incidents.erasures_overdue`.
    """
    incident = _incident(given.incident_id)
    call.permit(incident.area_path)
    rules.check_incident_step(incident.state, "closed")
    today = local(call.received_at).date()
    if not call.allows(CLOSABLE, incident):
        count = _NOT_LIFTED.filter(incident=incident, ends_on__gte=today).count()
        raise STILL_IN_FORCE(field="incident_id", count=count)
    kept = overdue_count(call.received_at, incident.area_path)
    if kept:
        raise STILL_KEPT(field="incident_id", count=kept)
    review = _reviewed(call, incident, "closed", incident.level, given.reason)
    review.planned_end_on = today
    review.save(force_insert=True)
    incident.closed_on = today
    _to(incident, review)
    call.announce(IncidentClosed(area_path=incident.area_path, incident_id=str(incident.pk)))
    return {"id": str(incident.pk)}


class IssueMeasure(Input):
    incident_id: UUID = Field(**labelled("事件", "Incident", "", **{"x-table": "incidents.incidents"}))
    area_path: Path
    kind: str = Field(max_length=20, **labelled("措施", "Kind", "choice", **choices(rules.MEASURE_KINDS)))
    scope: str = Field("", max_length=300, **labelled("适用范围", "Scope", "textarea"))
    legal_basis: str = Field("", max_length=300, **labelled("法律依据", "Legal basis"))
    authority: str = Field("", max_length=100, **labelled("发布机关", "Issuing authority"))
    starts_on: date | None = Field(None, **labelled("开始日期", "Start", "date"))
    ends_on: date | None = Field(None, **labelled("计划结束日期", "Planned end", "date"))
    exemptions: str = Field("", max_length=400, **labelled("豁免情形", "Exemptions", "textarea"))
    notice_text: str = Field("", max_length=4000, **labelled("告知内容", "Notice text", "textarea"))


@action("incidents.issue_measure", both("发布措施", "Issue a measure"), IssueMeasure,
        subject=Subject("incidents.incidents", "incident_id", IS_RUNNING))  # fmt: skip
def issue_measure(call: Call, given: IssueMeasure) -> Result:
    """Issue a restriction with legal basis, scope, end, exemptions and notice text (P10); it expires by itself."""
    incident = _incident(given.incident_id)
    call.permit(given.area_path)
    if not call.allows(IS_RUNNING, incident):
        raise NOT_RUNNING(field="incident_id")
    _inside(incident, given.area_path)
    if given.kind not in rules.MEASURE_KINDS:
        raise CHOICE(field="kind")
    values = given.model_dump(exclude={"incident_id", "kind"})
    rules.check_measure(rules.MeasureDraft(**values))
    measure = Measure.objects.create(
        incident=incident, kind=given.kind, issued_at=call.received_at, issued_by=call.actor.account_id, **values
    )
    call.about("incidents.measures", measure.pk, kind=given.kind)
    call.announce(MeasureIssued(area_path=measure.area_path, measure_id=str(measure.pk), ends_on=str(measure.ends_on)))
    undo = {"action": "incidents.lift_measure", "input": {"measure_id": str(measure.pk), "reason": "撤销发布"}}
    return {"id": str(measure.pk), "undo": undo}


def _inside(incident: Incident, area_path: str) -> None:
    if not area_path.startswith(incident.area_path) or not area_exists(area_path):
        raise OUTSIDE(field="area_path")


class LiftMeasure(Input):
    measure_id: UUID
    reason: Annotated[str, Field(min_length=2, max_length=200, **labelled("原因", "Reason", "textarea"))]


NOT_LIFTED = when_empty("lifted_on")


@action("incidents.lift_measure", both("解除措施", "Lift a measure"), LiftMeasure,
        subject=Subject("incidents.measures", "measure_id", NOT_LIFTED), batch=True)  # fmt: skip
def lift_measure(call: Call, given: LiftMeasure) -> Result:
    """Lift a measure, or confirm that an expired one is gone from gates and notice boards too."""
    measure = Measure.objects.filter(pk=given.measure_id).first()
    if measure is None:
        raise NO_MEASURE(field="measure_id")
    call.permit(measure.area_path)
    if not call.allows(NOT_LIFTED, measure):
        raise ALREADY_LIFTED(field="measure_id")
    measure.lifted_on, measure.lifted_by = local(call.received_at).date(), call.actor.account_id
    measure.lifted_reason, measure.version = given.reason, measure.version + 1
    measure.save()
    call.about("incidents.measures", measure.pk)
    call.announce(MeasureLifted(area_path=measure.area_path, measure_id=str(measure.pk)))
    return {"id": str(measure.pk)}


class SetLocalRule(Input):
    profile: str = Field(max_length=40, pattern=r"^[a-z0-9_]+$", **labelled("规则包", "Profile"))
    key: str = Field(max_length=80, pattern=r"^[a-z0-9_.]+$", **labelled("规则项", "Key"))
    value: str = Field(min_length=1, max_length=1000, **labelled("本地规定值", "Local value"))
    area_path: Path
    from_on: date | None = Field(None, **labelled("开始执行", "From", "date"))
    until_on: date | None = Field(None, **labelled("失效日期", "Until", "date"))
    document: str = Field("", max_length=200, **labelled("文件名和文号", "Document"))
    file_id: UUID | None = Field(None, **labelled("文件扫描件", "Scan", "file"))


@action("incidents.set_local_rule", both("本地从严规定", "Set a stricter local rule"), SetLocalRule)
def set_local_rule(call: Call, given: SetLocalRule) -> Result:
    """Set a stricter value for an area by document and until a day; looser ones and ones without end are refused."""
    call.permit(given.area_path)
    if given.profile not in book().packs:
        raise UNKNOWN_DISEASE(field="profile", code=given.profile)
    from_on = given.from_on or local(call.received_at).date()
    value = _value(given, from_on)
    rules.check_local_rule(
        book(),
        rules.LocalRule(given.profile, given.key, value, given.area_path, from_on, given.until_on, given.document),
    )
    kept = LocalRule.objects.create(
        **given.model_dump(exclude={"value", "from_on"}), value=value, from_on=from_on, set_at=call.received_at,
        set_by=call.actor.account_id,
    )  # fmt: skip
    forget_rules()
    call.about("incidents.local_rules", kept.pk, key=given.key)
    call.announce(LocalRuleSet(area_path=kept.area_path, rule_id=str(kept.pk), profile=kept.profile, key=kept.key))
    undo = {"action": "incidents.end_local_rule", "input": {"rule_id": str(kept.pk), "reason": "撤销"}}
    return {"id": str(kept.pk), "undo": undo}


def _value(given: SetLocalRule, on: date) -> Any:
    """Return the value typed, of the same kind as the one in force. Raises `rulebook.override_wrong_kind`."""
    try:
        value = json.loads(given.value)
    except ValueError:
        value = given.value
    base = rules.value_of(book(), given.profile, given.key, on).value
    if base is not None and _shape(base) != _shape(value):
        raise BAD_SHAPE(field="value")
    return value


def _shape(value: Any) -> object:
    if isinstance(value, dict):
        return tuple(sorted(value))
    if isinstance(value, list | tuple):
        return ("list", *sorted({str(_shape(one)) for one in value}))
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


class EndLocalRule(Input):
    rule_id: UUID
    reason: Reason


NOT_ENDED = when_empty("ended_at")


@action("incidents.end_local_rule", both("终止本地规定", "End a local rule"), EndLocalRule,
        subject=Subject("incidents.local_rules", "rule_id", NOT_ENDED))  # fmt: skip
def end_local_rule(call: Call, given: EndLocalRule) -> Result:
    """End a stricter local rule before its day."""
    kept = LocalRule.objects.filter(pk=given.rule_id).first()
    if kept is None or not call.allows(NOT_ENDED, kept):
        raise NO_LOCAL_RULE(field="rule_id")
    call.permit(kept.area_path)
    kept.ended_at, kept.ended_by = call.received_at, call.actor.account_id
    kept.save(update_fields=["ended_at", "ended_by"])
    forget_rules()
    call.about("incidents.local_rules", kept.pk)
    call.announce(LocalRuleEnded(area_path=kept.area_path, rule_id=str(kept.pk)))
    return {"id": str(kept.pk)}


class AdoptEdition(Input):
    incident_id: UUID = Field(**labelled("事件", "Incident", "", **{"x-table": "incidents.incidents"}))
    edition_id: UUID = Field(**labelled("版本", "Edition", "", **{"x-table": "incidents.editions"}))
    document: str = Field(min_length=2, max_length=200, **labelled("执行文件", "Document"))


@action("incidents.adopt_edition", both("执行新版本", "Adopt an edition"), AdoptEdition,
        subject=Subject("incidents.editions", "edition_id"))  # fmt: skip
def adopt_edition(call: Call, given: AdoptEdition) -> Result:
    """Take up an edition for an incident: shorter rules propose earlier releases, longer ones change no order."""
    incident = _incident(given.incident_id)
    call.permit(incident.area_path)
    edition = RulebookEdition.objects.filter(pk=given.edition_id).first()
    if edition is None:
        raise NO_EDITION(field="edition_id")
    _check_adoptable(incident, edition, incident.rules_as_of or local(call.received_at).date())
    adoption = Adoption.objects.create(
        incident=incident, area_path=incident.area_path, edition=edition, document=given.document,
        adopted_at=call.received_at, account_id=call.actor.account_id,
    )  # fmt: skip
    call.about("incidents.editions", edition.pk, incident=str(incident.pk))
    call.announce(
        EditionAdopted(area_path=incident.area_path, incident_id=str(incident.pk), profile=edition.profile,
                       edition=edition.edition, from_on=edition.from_on.isoformat())
    )  # fmt: skip
    return {"id": str(adoption.pk)}


def _check_adoptable(incident: Incident, edition: RulebookEdition, on: date) -> None:
    if incident.state not in RUNNING:
        raise NOT_RUNNING(field="incident_id")
    if edition.profile != incident.disease:
        raise OTHER_DISEASE(field="edition_id")
    if edition.from_on > on:
        raise NOT_YET(field="edition_id", on=edition.from_on.isoformat())
    if Adoption.objects.filter(incident=incident, edition=edition).exists():
        raise ALREADY_ADOPTED(field="edition_id")
