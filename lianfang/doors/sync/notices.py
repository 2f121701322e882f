"""What a worker must be told on the phone, made from records each time; only the mark that it was read is kept.

Refuses to tell of anything outside the areas and permissions of whoever carries the phone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from lianfang.domain.observation.queries.news import News, escalations_open, orders_changed, referrals_open
from lianfang.domain.organisation.queries import notices_read, proposed_to
from lianfang.domain.welfare.queries import errands_come_back
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.models import RefusedCommand
from lianfang.foundation.actions.registry import ACTIONS
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel.clock import now
from lianfang.kernel.errors import CATALOGUE
from lianfang.kernel.text import Bilingual, both

# what happened longer ago is in the lists; what waits for an answer is told until it is answered
NEWS_FOR = timedelta(days=7)
MOST = 100

ORDER_NEWS: dict[str, Bilingual] = {
    "ordered": both("新的居家观察，请送达告知书", "New home observation: the notice is to be served"),
    "under_observation": both("开始（恢复）观察，按时测温", "Under observation: readings begin"),
    "lost": both("失访，请协助寻找", "Lost: help to find them"),
    "cancelled": both("观察已撤销，不再测温", "Observation was cancelled"),
    "transferred_central": both("已转集中观察或送医，不再测温", "Taken to a facility: no more readings"),
    "ended": both("观察期满，等待确认解除", "Observation is complete and waits for the release"),
    "released": both("已解除观察，不再测温", "Released: no more readings"),
    "extended": both("观察延长到 {until}，请重新告知", "Extended to {until}: tell them again"),
    "shortened": both("观察提前到 {until} 结束", "Ends earlier, on {until}"),
}
ORDER = both("观察有变化", "Observation changed")
ESCALATION = both("连续漏测待处理", "Missed readings to answer")
MISSED = both("连续漏测 {count} 次，请查明原因并填报处理情况", "{count} readings missed in a row: find out why")
REFERRAL = both("有转诊待接收", "A referral to accept")
REFER = both("发热或不适，请尽快接收并处置", "Fever or illness: accept it without delay")
ERRAND = both("代办退回", "An errand came back")
NOT_COME = both("本人反映没有送到：{what}", "Said not to have come: {what}")
GIVEN_BACK = both("办不了，需另行安排：{what}", "Given back, somebody else is needed: {what}")
REFUSED = both("上传被退回", "A record was refused")
LEAD = both("新线索待核查", "A new lead for you")
PROPOSED = both("包保责任待确认", "Responsibilities to accept")
COUNTED = both("有 {count} 项责任指定给您，请确认", "{count} responsibilities wait for your word")


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to be told. `id` is the same whenever it is told again, so that a mark on it holds."""

    id: str
    title: Bilingual
    text: Bilingual
    at: datetime
    person_id: UUID | None = None
    household_id: UUID | None = None


def notices_of(actor: Actor, paths: Iterable[str], persons: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what this worker must know, newest first, and whether it was read; `persons` as the role sees them."""
    if actor.account_id is None:
        return []
    mine = tuple(paths)
    names = {row["id"]: row["cells"]["name"] or "" for row in persons}
    told = [*_observation(actor, mine, names), *_errands(actor, mine), *_leads(actor)]
    told += [*_refused(actor.account_id), *_proposed(actor.account_id)]
    read_before = notices_read(actor.account_id)
    newest = sorted(told, key=lambda one: (one.at, one.id), reverse=True)[:MOST]
    return [_plain(one, one.id in read_before) for one in newest]


def _plain(one: Notice, was_read: bool) -> dict[str, Any]:
    return {
        "id": one.id, "title": one.title.as_dict(), "text": one.text.as_dict(), "at": one.at.isoformat(),
        "read": was_read,
        **({"person_id": str(one.person_id)} if one.person_id else {}),
        **({"household_id": str(one.household_id)} if one.household_id else {}),
    }  # fmt: skip


def _filled(words: Bilingual, who: str = "", **values: Any) -> Bilingual:
    """Return a sentence with its values, after the name of whom it is about."""
    zh, en = words.zh.format(**values), words.en.format(**values)
    return both(f"{who}：{zh}", f"{who}: {en}") if who else both(zh, en)


def _may(actor: Actor, permission: str, paths: tuple[str, ...]) -> list[str]:
    return [path for path in paths if actor.may(permission, path)]


def _observation(actor: Actor, paths: tuple[str, ...], names: Mapping[str, str]) -> Iterator[Notice]:
    for one in escalations_open(_may(actor, "observation.answer_escalation", paths)):
        yield _told(one, ESCALATION, _filled(MISSED, names.get(str(one.person_id), ""), count=one.missed))
    for one in referrals_open(_may(actor, "observation.accept_referral", paths)):
        yield _told(one, REFERRAL, _filled(REFER, names.get(str(one.person_id), "")))
    since = now() - NEWS_FOR
    for one in orders_changed(_may(actor, "observation.orders", paths), since, actor.account_id):
        who = names.get(str(one.person_id), "")
        yield _told(one, ORDER, _filled(ORDER_NEWS[one.what], who, until=one.ends_on))


def _told(one: News, title: Bilingual, text: Bilingual) -> Notice:
    kind = one.what if one.what in ("escalation", "referral") else "order"
    return Notice(f"{kind}:{one.id}", title, text, one.at, one.person_id, one.household_id)


def _errands(actor: Actor, paths: tuple[str, ...]) -> Iterator[Notice]:
    for step in errands_come_back(_may(actor, "welfare.requests", paths), actor.account_id):
        words = NOT_COME if step.after == "not_delivered" else GIVEN_BACK
        text = _filled(words, what=step.request.what)
        yield Notice(f"errand:{step.pk}", ERRAND, text, step.at, step.request.person_id, step.request.household_id)


def _leads(actor: Actor) -> Iterator[Notice]:
    """Yield the leads given to this worker, as the worker's role sees them."""
    if not actor.may("screening.leads"):
        return
    asked = Query(where={"assignee_id": str(actor.account_id), "state": "dispatched"}, limit=MOST)
    for row in read(actor, "screening.leads", asked).rows:
        cells = row["cells"]
        said = "　".join(str(cells[name]) for name in ("name", "phone", "address") if cells[name])
        yield Notice(f"lead:{row['id']}", LEAD, both(said, said), cells["received_at"])


def _refused(account_id: UUID) -> Iterator[Notice]:
    """Yield what this worker sent and the server refused, until somebody resolves it; never what was sent."""
    for one in RefusedCommand.objects.filter(account_id=account_id, resolved_at__isnull=True).order_by("-at")[:MOST]:
        kind = CATALOGUE.get(one.code)
        # because the values of a sentence are not kept with its code
        why = kind.message if kind and "{" not in kind.message.zh else both("填写内容不符合要求", "It did not fit")
        action = ACTIONS[one.action].title if one.action in ACTIONS else REFUSED
        yield Notice(f"refused:{one.command_id}", REFUSED, _joined(action, why), one.at)


def _joined(action: Bilingual, why: Bilingual) -> Bilingual:
    return both(f"{action.zh}：{why.zh}", f"{action.en}: {why.en}")


def _proposed(account_id: UUID) -> Iterator[Notice]:
    rows = proposed_to(account_id)
    if rows:
        newest = max(rows, key=lambda row: row.proposed_at)
        yield Notice(f"proposed:{newest.pk}", PROPOSED, _filled(COUNTED, count=len(rows)), newest.proposed_at)
