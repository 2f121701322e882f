"""One person entered twice: suggested, told apart, merged, and taken apart again."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from django.db.models import Q, QuerySet
from pydantic import Field

from lianfang.domain.people.actions import editing
from lianfang.domain.people.actions.fields import LIVING_ENTRY, Reason, find_living_entry
from lianfang.domain.people.actions.persons import recount
from lianfang.domain.people.actions.suggesting import suggest
from lianfang.domain.people.events import DoublesSettled, PersonsMerged, PersonsUnmerged
from lianfang.domain.people.models import DuplicateSuggestion, MergeRecord, Person
from lianfang.domain.people.rules import FIELD_LABELS, TAKEN, filled_by_merge, restored_by_unmerge
from lianfang.foundation.actions.inputs import CHOICE, Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when, when_empty
from lianfang.foundation.administration.actions import Path, choices, labelled
from lianfang.foundation.jobs.queue import enqueue
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

SAME = refusal("people.same_entry", "请选择两条不同的记录。", "Choose two different entries.")
TWO_NUMBERS = refusal(
    "people.two_identity_numbers",
    "两条记录的身份证号不同，是两个人，不能合并。",
    "The entries carry two different identity numbers: they are two people.",
    status=409,
)
NO_MERGE = refusal(
    "people.no_merge", "没有这次合并，或已撤销。", "There is no such merge, or it was undone.", status=404
)
LATER_MERGE = refusal(
    "people.merged_later",
    "保留的记录后来又并入了别人，请先撤销后一次合并。",
    "The kept entry was merged into another later; undo that merge first.",
    status=409,
)
NO_SUGGESTION = refusal("people.no_suggestion", "没有这条重复提示。", "There is no such suggestion.", status=404)
JUDGED = refusal(
    "people.already_judged",
    "这一对刚才已由别人判定。",
    "Somebody else has just decided about this pair.",
    status=409,
)
OTHER_PAIR = refusal("people.other_pair", "这条提示说的是另外两个人。", "The suggestion is about two other people.")

# what a merge takes over from the other entry, where the kept one has nothing or somebody chose it
FILLED = (
    "name", "keys", "sound", "sex", "born_on", "identity_number", "identity_index", "phone", "phone_index", "relation",
    "guardian_id", "guardian_name", "guardian_phone", "medicine", "contact_every_days", "note", "vulnerabilities",
    "vulnerable", "sensitive_disease",
)  # fmt: skip


_TAKEABLE = {name: FIELD_LABELS[name] for name in TAKEN}


class MergePersons(Input):
    keep_id: Annotated[UUID, Field(**labelled("保留", "Keep", "person"))]
    merge_id: Annotated[UUID, Field(**labelled("并入", "Merge", "person"))]
    take: Annotated[
        list[Annotated[str, Field(max_length=40)]],
        Field(max_length=20, **labelled("采用并入记录的项目（不选即保留现有）", "Take from the merged entry",
                                        "multichoice", **choices(_TAKEABLE))),
    ] = []  # fmt: skip
    suggestion_id: Annotated[UUID | None, Field(**labelled("重复提示", "Suggestion", "hidden"))] = None
    reason: Reason


@action(
    "people.merge_persons", both("合并重复人员", "Merge two entries of one person"), MergePersons,
    subject=Subject("people.persons", "keep_id", LIVING_ENTRY), danger=True,
)  # fmt: skip
def merge_persons(call: Call, given: MergePersons) -> Result:
    """Merge an entry into another: what the kept one lacks is filled in, nothing is deleted, and it can be undone.

    `take` names what is taken from the merged entry though both have it. With `suggestion_id` the merge answers a
    suggestion, and is refused once somebody else has answered it.
    """
    if given.keep_id == given.merge_id:
        raise SAME(field="merge_id")
    if set(given.take) - TAKEN.keys():
        raise CHOICE(field="take")
    if given.suggestion_id:
        _check_suggestion(call, given.suggestion_id, {given.keep_id, given.merge_id})
    kept, merged = find_living_entry(given.keep_id, "keep_id"), find_living_entry(given.merge_id, "merge_id")
    call.permit(merged.area_path)
    call.permit(kept.area_path)
    if kept.identity_index and merged.identity_index and kept.identity_index != merged.identity_index:
        raise TWO_NUMBERS(field="merge_id")
    record = _merge(call, kept, merged, given)
    call.about("people.persons", kept.pk, merged=str(merged.pk))
    call.announce(PersonsMerged(area_path=kept.area_path, kept_id=kept.pk, merged_id=merged.pk))
    undo = {"action": "people.unmerge_persons", "input": {"merge_id": str(record.pk), "reason": "撤销合并"}}
    return {"id": str(kept.pk), "merge_id": str(record.pk), "filled": record.filled, "undo": undo}


def _check_suggestion(call: Call, suggestion_id: UUID, pair: set[UUID]) -> None:
    found = _find_suggestion(suggestion_id)
    if {found.first_id, found.second_id} != pair:
        raise OTHER_PAIR(field="suggestion_id")
    if not call.allows(UNSETTLED, found):
        raise JUDGED(field="suggestion_id")


def _find_suggestion(suggestion_id: UUID) -> DuplicateSuggestion:
    """Return the suggestion, locked for this action, so that two who decide at once do not both succeed."""
    found = DuplicateSuggestion.objects.select_for_update().filter(pk=suggestion_id).first()
    if found is None:
        raise NO_SUGGESTION(field="suggestion_id")
    return found


def _columns(row: Person) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FILLED}


def _merge(call: Call, kept: Person, merged: Person, given: MergePersons) -> MergeRecord:
    before = _columns(kept)
    filled = filled_by_merge(before, _columns(merged), given.take)
    record = MergeRecord.objects.create(
        area_path=kept.area_path, kept=kept, merged=merged, filled=sorted(filled), merged_status=merged.status,
        before=_packed({"before": {name: before[name] for name in filled}, "filled": filled}),
        reason=given.reason, at=call.received_at, account_id=call.actor.account_id,
    )  # fmt: skip
    editing.write(call, kept, filled)
    editing.write(call, merged, {"status": Person.Status.MERGED, "merged_into_id": kept.pk})
    recount({one for one in (kept.household_id, merged.household_id) if one})
    _pair_of(kept, merged).update(settled_at=call.received_at, settled_by=call.actor.account_id, outcome="merged")
    # because whoever may be the merged entry may be the kept one now
    suggest([kept], call.received_at)
    return record


def _pair_of(one: Person, other: Person) -> QuerySet[DuplicateSuggestion]:
    return DuplicateSuggestion.objects.filter(first__in=[one, other], second__in=[one, other])


def _reopen_pair(record: MergeRecord) -> None:
    """Put the pair of an undone merge back among those to be decided, and take back what the merge itself suggested."""
    pair = _pair_of(record.kept, record.merged)
    pair.filter(outcome="merged").update(settled_at=None, settled_by=None, outcome="")
    kept = Q(first=record.kept) | Q(second=record.kept)
    of_the_merge = DuplicateSuggestion.objects.filter(kept, at=record.at, settled_at__isnull=True)
    of_the_merge.exclude(pk__in=pair.values("pk")).delete()


def _packed(values: dict[str, dict[str, Any]]) -> str:
    return json.dumps(values, ensure_ascii=False, default=str)


def _unpacked(values: dict[str, Any]) -> dict[str, Any]:
    """Return columns as they were before they became JSON."""
    typed = dict(values)
    if typed.get("born_on"):
        typed["born_on"] = date.fromisoformat(typed["born_on"])
    if typed.get("guardian_id"):
        typed["guardian_id"] = UUID(typed["guardian_id"])
    return typed


class UnmergePersons(Input):
    merge_id: UUID
    reason: Reason


STANDING = when_empty("undone_at")
# a merge is taken apart from the last one back
UNMERGEABLE = when(
    lambda undone_at, status: undone_at is None and status != Person.Status.MERGED, "undone_at", "kept__status"
)
UNSETTLED = when_empty("settled_at")


@action(
    "people.unmerge_persons", both("撤销合并", "Take a merge apart"), UnmergePersons,
    subject=Subject("people.merges", "merge_id", UNMERGEABLE),
)  # fmt: skip
def unmerge_persons(call: Call, given: UnmergePersons) -> Result:
    """Make two entries of one again, to be decided anew. What was filled in goes back; what was edited since stays."""
    record = MergeRecord.objects.select_for_update().filter(pk=given.merge_id).first()
    if record is None or not call.allows(STANDING, record):
        raise NO_MERGE(field="merge_id")
    kept = Person.objects.select_for_update().get(pk=record.kept_id)
    merged = Person.objects.select_for_update().get(pk=record.merged_id)
    call.permit(merged.area_path)
    call.permit(kept.area_path)
    if not call.allows(UNMERGEABLE, record):
        raise LATER_MERGE(field="merge_id")
    packed = json.loads(record.before)
    filled, before = _unpacked(packed["filled"]), _unpacked(packed["before"])
    editing.write(call, kept, restored_by_unmerge(_columns(kept), filled, before))
    editing.write(call, merged, {"status": record.merged_status, "merged_into_id": None})
    recount({one for one in (kept.household_id, merged.household_id) if one})
    record.undone_at, record.undone_by = call.received_at, call.actor.account_id
    record.save(update_fields=["undone_at", "undone_by"])
    _reopen_pair(record)
    call.about("people.persons", kept.pk, unmerged=str(merged.pk))
    call.announce(PersonsUnmerged(area_path=kept.area_path, kept_id=kept.pk, merged_id=merged.pk))
    return {"id": str(kept.pk), "merged_id": str(merged.pk)}


class SettleDuplicate(Input):
    suggestion_id: UUID
    reason: Reason


@action(
    "people.dismiss_duplicate", both("不是同一人", "Not the same person"), SettleDuplicate,
    subject=Subject("people.duplicates", "suggestion_id", UNSETTLED),
)  # fmt: skip
def dismiss_duplicate(call: Call, given: SettleDuplicate) -> Result:
    """Say that two entries are two people; the pair is not suggested again."""
    found = _find_suggestion(given.suggestion_id)
    call.permit(found.area_path)
    if not call.allows(UNSETTLED, found):
        raise JUDGED(field="suggestion_id")
    found.settled_at, found.settled_by, found.outcome = call.received_at, call.actor.account_id, "two"
    found.save(update_fields=["settled_at", "settled_by", "outcome"])
    call.about("people.duplicates", found.pk)
    call.announce(DoublesSettled(area_path=found.area_path, suggestion_id=found.pk))
    undo = {"action": "people.reopen_duplicate", "input": {"suggestion_id": str(found.pk), "reason": "撤销判定"}}
    return {"id": str(found.pk), "undo": undo}


JUDGED_TWO = when(lambda outcome: outcome == "two", "outcome")


@action(
    "people.reopen_duplicate", both("撤销“不是同一人”", "Take back “not the same person”"), SettleDuplicate,
    subject=Subject("people.duplicates", "suggestion_id", JUDGED_TWO),
)  # fmt: skip
def reopen_duplicate(call: Call, given: SettleDuplicate) -> Result:
    """Put a pair that was judged to be two people back among those to be judged."""
    found = _find_suggestion(given.suggestion_id)
    call.permit(found.area_path)
    if not call.allows(JUDGED_TWO, found):
        raise NO_SUGGESTION(field="suggestion_id")
    found.settled_at, found.settled_by, found.outcome = None, None, ""
    found.save(update_fields=["settled_at", "settled_by", "outcome"])
    call.about("people.duplicates", found.pk)
    call.announce(DoublesSettled(area_path=found.area_path, suggestion_id=found.pk))
    return {"id": str(found.pk)}


class PostponeDuplicate(Input):
    suggestion_id: UUID


@action(
    "people.postpone_duplicate", both("以后再看", "Decide later"), PostponeDuplicate,
    subject=Subject("people.duplicates", "suggestion_id", UNSETTLED),
)  # fmt: skip
def postpone_duplicate(call: Call, given: PostponeDuplicate) -> Result:
    """Put a pair at the end of the queue; it stays undecided, and the time it has waited goes on."""
    found = _find_suggestion(given.suggestion_id)
    call.permit(found.area_path)
    if not call.allows(UNSETTLED, found):
        raise JUDGED(field="suggestion_id")
    found.later_at, found.later_by = call.received_at, call.actor.account_id
    found.turn = int(call.received_at.timestamp() * 1000)
    found.save(update_fields=["later_at", "later_by", "turn"])
    call.about("people.duplicates", found.pk)
    undo = {"action": "people.take_up_duplicate", "input": {"suggestion_id": str(found.pk)}}
    return {"id": str(found.pk), "undo": undo}


POSTPONED = when(lambda settled_at, later_at: settled_at is None and later_at is not None, "settled_at", "later_at")


@action(
    "people.take_up_duplicate", both("现在就看", "Decide now"), PostponeDuplicate,
    subject=Subject("people.duplicates", "suggestion_id", POSTPONED),
)  # fmt: skip
def take_up_duplicate(call: Call, given: PostponeDuplicate) -> Result:
    """Put a pair that was put off at the front of the queue."""
    found = _find_suggestion(given.suggestion_id)
    call.permit(found.area_path)
    if not call.allows(POSTPONED, found):
        raise NO_SUGGESTION(field="suggestion_id")
    found.later_at, found.later_by, found.turn = None, None, 0
    found.save(update_fields=["later_at", "later_by", "turn"])
    call.about("people.duplicates", found.pk)
    return {"id": str(found.pk)}


class SeekDuplicates(Input):
    area_path: Path


@action("people.seek_duplicates", both("查找重复人员", "Look for duplicates"), SeekDuplicates)
def seek_duplicates(call: Call, given: SeekDuplicates) -> Result:
    """Look through an area for people who may have been entered twice, as a job that tells how far it is.

    They come up in the list of suggestions.
    """
    call.permit(given.area_path)
    call.about("areas.areas", given.area_path)
    account = call.actor.account_id
    body = {"area_path": given.area_path, "account_id": str(account) if account else None}
    job = enqueue("people.seek_duplicates", body, account_id=account, area_path=given.area_path)
    return {"job_id": str(job.pk)}
