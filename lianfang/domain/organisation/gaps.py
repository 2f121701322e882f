"""What must hold: households have a contact, grids a lead, nobody carries too much or counts on who left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast

from lianfang.domain.areas.queries import areas_in_force
from lianfang.domain.incidents.queries import rule
from lianfang.domain.organisation.models import ENDED, LIVE, Responsibility
from lianfang.domain.organisation.queries import answerable_ids, in_force
from lianfang.domain.organisation.rules import RESPONSIBILITY_KINDS
from lianfang.domain.people.queries import (
    evidence_words,
    households_within,
    open_conflicts,
    undecided_doubles,
    vulnerable_within,
)
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.gaps.registry import Gap, Open, gap
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.areas import VILLAGE_DIGITS
from lianfang.kernel.clock import CHINA, local
from lianfang.kernel.ids import made_at
from lianfang.kernel.text import both

MOST_PER_CONTACT = "responsibility.households_per_contact"
DOUBLES_WITHIN = "people.decide_doubles_within_days"
ENDING_WITHIN = "responsibility.warn_days_before_end"
# a proposal nobody answered is a gap the day after
UNANSWERED_AFTER = timedelta(hours=24)

CHANGES = (
    "organisation.responsibility_assigned", "organisation.responsibility_ended", "organisation.households_assigned",
    "organisation.responsibilities_handed_over", "organisation.responsibilities_turned",
)  # fmt: skip
WORKERS = ("organisation.worker_deactivated", "organisation.worker_reactivated")
REGISTER = ("people.household_added", "people.household_closed", "people.households_moved", "people.people_added")


def _live(now: datetime) -> QuerySet[Responsibility]:
    return Responsibility.objects.filter(in_force(local(now).date()))


def _uncovered(path: str, now: datetime) -> Iterator[Open]:
    mine = _live(now).filter(target_id=OuterRef("pk"), target_kind="household", kind="primary_contact")
    rows = list(households_within(path).filter(~Exists(mine)).values_list("pk", "area_path", "added_at"))
    over = Responsibility.objects.filter(within(path), kind="primary_contact", target_kind="household", state__in=ENDED)
    last = dict(over.values_list("target_id").annotate(at=Max("ended_at"))) if rows else {}
    answerable = answerable_ids({area for _, area, _ in rows}, local(now).date())
    for home, area, added_at in rows:
        yield Open(str(home), area, last.get(home) or added_at or made_at(home), answerable.get(area))


gap(
    Gap(
        name="household_no_contact",
        title=both("没有联户责任人的户", "Households without a primary contact"),
        help=both("每户必须有且只有一名联户责任人。", "Every household has exactly one primary contact."),
        severity="today",
        table="people.households",
        find=_uncovered,
        act=("action", "organisation.assign_many", both("分配责任人", "Share out")),
        facts=(*REGISTER, *CHANGES),
    )
)


def _overloaded(path: str, now: datetime) -> Iterator[Open]:
    """Yield the contacts of the area who hold more households, wherever these lie, than the rulebook allows."""
    on = local(now).date()
    rows = _live(now).filter(kind="primary_contact", target_kind="household")
    loads = rows.values_list("account_id").annotate(n=Count("pk"), latest=Max("proposed_at")).order_by()
    area_of = dict(Account.objects.filter(within(path, "home_area")).values_list("pk", "home_area"))
    limits = {area: rule(MOST_PER_CONTACT, area, on).value for area in set(area_of.values())}
    over = [(account, area_of[account], held, latest) for account, held, latest in loads
            if account in area_of and held > limits[area_of[account]]]  # fmt: skip
    answerable = answerable_ids({area for _, area, _, _ in over}, on)
    for account, area, held, latest in over:
        yield Open(str(account), area, latest, answerable.get(area), {"households": held, "limit": limits[area]})


gap(
    Gap(
        name="contact_overloaded",
        title=both("联户过多的责任人", "Contacts with too many households"),
        help=both("一人联系的户数超过规则库上限，顾不过来。", "More households than the rulebook allows one person."),
        severity="soon",
        table="organisation.workers",
        find=_overloaded,
        act=("action", "organisation.hand_over_all", both("移交一部分", "Hand over")),
        facts=CHANGES,
        says=lambda told: both(
            f"联 {told['households']} 户，上限 {told['limit']} 户",
            f"{told['households']} households, at most {told['limit']}",
        ),
    )
)


def _orphaned(path: str, now: datetime) -> Iterator[Open]:
    rows = list(
        _live(now)
        .filter(within(path), account__is_active=False)
        .values_list("pk", "area_path", "account__deactivated_at", "proposed_at", "kind")
    )
    answerable = answerable_ids({row[1] for row in rows}, local(now).date())
    for key, area, left_at, proposed_at, kind in rows:
        yield Open(str(key), area, left_at or proposed_at, answerable.get(area), {"kind": kind})


gap(
    Gap(
        name="responsibility_worker_inactive",
        title=both("责任人已停用", "Whoever answers has left"),
        help=both("责任还挂在已停用的人名下，须移交。", "Responsibilities still stand under who was deactivated."),
        severity="urgent",
        table="organisation.responsibilities",
        find=_orphaned,
        act=("action", "organisation.hand_over_all", both("移交", "Hand over")),
        facts=(*CHANGES, *WORKERS),
        says=lambda told: RESPONSIBILITY_KINDS[told["kind"]],
    )
)


def _leaderless(path: str, now: datetime) -> Iterator[Open]:
    lead = _live(now).filter(target_kind="area", kind="grid_lead", area_path=OuterRef("path"), account__is_active=True)
    grids = areas_in_force(("grid",)).filter(within(path, "path")).filter(~Exists(lead))
    rows = list(grids.values_list("path", "valid_from"))
    over = Responsibility.objects.filter(
        within(path), kind="grid_lead", state__in=ENDED, area_path__in=[one for one, _ in rows]
    )
    last = dict(over.values_list("area_path").annotate(at=Max("ended_at")))
    answerable = answerable_ids({one for one, _ in rows}, local(now).date())
    for one, valid_from in rows:
        since = last.get(one) or datetime(valid_from.year, valid_from.month, valid_from.day, tzinfo=CHINA)
        yield Open(one, one, since, answerable.get(one))


gap(
    Gap(
        name="grid_no_lead",
        title=both("没有网格长的网格", "Grids without a lead"),
        help=both("每个网格必须有一名在岗的网格长。", "Every grid has one active lead."),
        severity="today",
        table="areas.areas",
        find=_leaderless,
        act=("action", "organisation.assign_responsibility", both("指定网格长", "Name a lead")),
        facts=(*CHANGES, *WORKERS, "areas.grid_created", "areas.grid_closed"),
    )
)


def _unattended(path: str, now: datetime) -> Iterator[Open]:
    """Yield vulnerable people for whom no active worker answers, neither for them nor for their household."""
    active = _live(now).filter(account__is_active=True)
    alone = vulnerable_within(path).filter(
        ~Exists(active.filter(target_id=OuterRef("household_id"))), ~Exists(active.filter(target_id=OuterRef("pk")))
    )
    yield from _people(alone, now)


def _people(rows: QuerySet[Any], now: datetime) -> Iterator[Open]:
    found = list(rows.values_list("pk", "area_path", "updated_at"))
    answerable = answerable_ids({area for _, area, _ in found}, local(now).date())
    for person, area, updated_at in found:
        yield Open(str(person), area, updated_at or made_at(person), answerable.get(area))


gap(
    Gap(
        name="vulnerable_no_one",
        title=both("没有人负责的困难群众", "Vulnerable people nobody answers for"),
        help=both(
            "独居老人、残疾、透析、孕产妇、留守儿童等必须有在岗的责任人。",
            "Everybody who needs care has an active worker who answers.",
        ),
        severity="urgent",
        table="people.vulnerable",
        find=_unattended,
        act=("action", "organisation.assign_responsibility", both("指定责任人", "Name somebody")),
        facts=(*CHANGES, *WORKERS, "people.vulnerability_changed", "people.person_moved", "people.people_added"),
    )
)


def _unguarded(path: str, now: datetime) -> Iterator[Open]:
    alone = vulnerable_within(path).filter(guardian__isnull=True, guardian_name="")
    flags = Cast("vulnerabilities", TextField())
    yield from _people(alone.annotate(flags=flags).filter(flags__contains='"child_alone"'), now)


gap(
    Gap(
        name="child_no_guardian",
        title=both("没有临时监护人的儿童", "Children without a guardian"),
        help=both("留守或无人照料的儿童必须写明监护（照料）人。", "A child without carers has a named guardian."),
        severity="urgent",
        table="people.vulnerable",
        find=_unguarded,
        act=("action", "people.set_vulnerability", both("写明监护人", "Name a guardian")),
        facts=("people.vulnerability_changed", "people.person_changed", "people.people_added"),
    )
)


def _two_edits(path: str, now: datetime) -> Iterator[Open]:
    rows = list(open_conflicts(path).values_list("pk", "area_path", "at"))
    # because whoever leads the grid may have made one of the two edits: the village answers
    answerable = answerable_ids({area[:VILLAGE_DIGITS] for _, area, _ in rows}, local(now).date())
    for key, area, at in rows:
        yield Open(str(key), area, at, answerable.get(area[:VILLAGE_DIGITS]))


gap(
    Gap(
        name="record_edited_twice",
        title=both("两份修改待选定", "Two edits of one record"),
        help=both(
            "两人离线改了同一份记录，两份都保留着，等人选定哪份算数。",
            "Two people edited the same record without a network; both are kept until somebody chooses.",
        ),
        severity="today",
        table="people.conflicts",
        find=_two_edits,
        act=("action", "people.settle_conflict", both("去选定", "Choose")),
        facts=(*CHANGES, *WORKERS, "people.conflict_kept", "people.conflict_settled"),
    )
)


def _undecided_doubles(path: str, now: datetime) -> Iterator[Open]:
    on = local(now).date()
    before = now - timedelta(days=float(rule(DOUBLES_WITHIN, path, on).value))
    rows = list(undecided_doubles(path, before).values_list("pk", "area_path", "at", "evidence"))
    answerable = answerable_ids({area for _, area, _, _ in rows}, on)
    for key, area, at, evidence in rows:
        yield Open(str(key), area, at, answerable.get(area), {"evidence": evidence})


gap(
    Gap(
        name="doubles_undecided",
        title=both("疑似重复久未判定", "Doubles nobody has decided about"),
        help=both(
            "两条记录可能是同一人，超过规则库天数还没有人判定。",
            "Two entries may be one person, and nobody has decided within the rulebook's days.",
        ),
        severity="soon",
        table="people.duplicates",
        find=_undecided_doubles,
        act=("page", "pairs", both("逐对判定", "Decide pair by pair")),
        facts=("people.doubles_settled", "people.persons_merged", "people.persons_unmerged"),
        says=lambda told: evidence_words(told["evidence"]),
    )
)


def _ending(path: str, now: datetime) -> Iterator[Open]:
    """Yield what runs out within the rulebook's days while nobody is named for afterwards."""
    on = local(now).date()
    days = int(rule(ENDING_WITHIN, path, on).value)
    after = Responsibility.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=OuterRef("ends_on")),
        state__in=LIVE, kind=OuterRef("kind"), target_kind=OuterRef("target_kind"), area_path=OuterRef("area_path"),
        starts_on__lte=OuterRef("ends_on") + timedelta(days=1), account__is_active=True,
    )  # fmt: skip
    same = after.filter(Q(target_id=OuterRef("target_id")) | Q(target_kind="area"))
    rows = Responsibility.objects.filter(
        within(path), ~Exists(same), state__in=LIVE, ends_on__gte=on, ends_on__lte=on + timedelta(days=days)
    )
    found = list(rows.values_list("pk", "area_path", "ends_on"))
    answerable = answerable_ids({area for _, area, _ in found}, on)
    for key, area, ends_on in found:
        assert ends_on is not None
        first = ends_on - timedelta(days=days)
        since = datetime(first.year, first.month, first.day, tzinfo=CHINA)
        yield Open(str(key), area, since, answerable.get(area), {"ends_on": ends_on.isoformat()})


gap(
    Gap(
        name="responsibility_ending",
        title=both("即将到期的责任", "Responsibilities about to run out"),
        help=both("几天内到期，还没有续期或接任的人。", "They run out within days and nobody is named for afterwards."),
        severity="soon",
        table="organisation.responsibilities",
        find=_ending,
        act=("action", "organisation.renew_responsibility", both("续期", "Renew")),
        facts=CHANGES,
        says=lambda told: both(f"{told['ends_on']} 到期", f"runs out on {told['ends_on']}"),
    )
)


def _unanswered(path: str, now: datetime) -> Iterator[Open]:
    rows = Responsibility.objects.filter(within(path), state="proposed", proposed_at__lte=now - UNANSWERED_AFTER)
    for key, area, at, account in rows.values_list("pk", "area_path", "proposed_at", "account_id"):
        yield Open(str(key), area, at, account)


gap(
    Gap(
        name="responsibility_unaccepted",
        title=both("指定后未确认的责任", "Responsibilities not yet accepted"),
        help=both("指定超过 24 小时，本人还没有确认。", "Assigned more than 24 hours ago and not accepted yet."),
        severity="soon",
        table="organisation.responsibilities",
        find=_unanswered,
        act=("table", "organisation.responsibilities", both("催办", "See who")),
        facts=CHANGES,
    )
)
