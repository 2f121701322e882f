"""How long it is known who served: hours stay as figures, for as long as a claim can be made (P08, P22)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from lianfang.domain.workforce.models.care import CareRequest, FundEntry, Injury
from lianfang.domain.workforce.models.check_ins import ERASED_REQUEST, CheckInRequest
from lianfang.domain.workforce.models.listed import ERASED_LINE, ListedResponder
from lianfang.domain.workforce.models.offers import CheckIn, Offer, PledgeSignature
from lianfang.domain.workforce.models.responders import Responder
from lianfang.domain.workforce.models.shifts import HandOverNote, Shift
from lianfang.domain.workforce.models.wishes import Wish
from lianfang.foundation.privacy.retaining import Kept, keep
from lianfang.kernel.clock import local
from lianfang.kernel.text import both


def _ended(before: datetime) -> QuerySet[Responder]:
    return Responder.objects.filter(ended_on__lt=local(before).date(), anonymised_at__isnull=True)


def _offers(before: datetime) -> QuerySet[Offer]:
    return Offer.objects.filter(received_at__lt=before).exclude(text="")


def _signatures(before: datetime) -> QuerySet[PledgeSignature]:
    return PledgeSignature.objects.filter(recorded_at__lt=before).exclude(name="")


def _check_ins(before: datetime) -> QuerySet[CheckIn]:
    return CheckIn.objects.filter(recorded_at__lt=before).exclude(name="")


def _unanswered(before: datetime) -> QuerySet[CheckInRequest]:
    return CheckInRequest.objects.filter(received_at__lt=before, state="waiting")


def _undecided(before: datetime) -> QuerySet[ListedResponder]:
    return ListedResponder.objects.filter(listed_at__lt=before, decision="open")


def _answered(before: datetime) -> QuerySet[CareRequest]:
    return CareRequest.objects.filter(done_at__lt=before).exclude(what="", answer="")


def _settled(before: datetime) -> QuerySet[Injury]:
    return Injury.objects.filter(settled_on__lt=local(before).date()).exclude(what="", witness="")


def _decided(before: datetime) -> QuerySet[FundEntry]:
    return FundEntry.objects.filter(decided_at__lt=before).exclude(basis="")


keep(
    Kept("workforce.responders", both("参战人员", "People who served"), Responder, "retention.duty_days",
         both("结束服务之日起", "from the day their service ended"), _ended,
         blank={"name": "", "keys": "", "phone": "", "phone_index": "", "born_on": None, "limits": "",
                "anonymised_at": lambda at: at})
)  # fmt: skip

keep(
    Kept("workforce.offers", both("请战书内容", "What offers to serve said"), Offer, "retention.duty_days",
         both("收到之日起", "from when it came"), _offers, blank={"text": ""})
)  # fmt: skip

keep(
    Kept("workforce.pledge_signatures", both("承诺书签名", "Names under pledges"), PledgeSignature,
         "retention.duty_days", both("登记之日起", "from when it was recorded"), _signatures, blank={"name": ""})
)  # fmt: skip

keep(
    Kept("workforce.check_ins", both("双报到名单", "Names of check-ins"), CheckIn, "retention.duty_days",
         both("登记之日起", "from when it was recorded"), _check_ins, blank={"name": ""})
)  # fmt: skip

keep(
    Kept("workforce.check_in_requests", both("待确认的报到", "Check-ins to be confirmed"), CheckInRequest,
         "retention.unanswered_days", both("收到之日起", "from when it came"), _unanswered,
         blank={**ERASED_REQUEST, "state": "lapsed"})
)  # fmt: skip

keep(
    Kept("workforce.listed", both("名单中待核对的行", "Lines of lists to be decided"), ListedResponder,
         "retention.unanswered_days", both("导入之日起", "from when the list came"), _undecided,
         blank={**ERASED_LINE, "decision": "lapsed"})
)  # fmt: skip

keep(
    Kept("workforce.care_requests", both("在岗人员的求助", "What people on duty asked for"), CareRequest,
         "retention.requests_days", both("解决之日起", "from when it was settled"), _answered,
         blank={"what": "", "answer": ""})
)  # fmt: skip

keep(
    Kept("workforce.injuries", both("伤病备案", "Injuries on duty"), Injury, "retention.duty_days",
         both("认定之日起", "from when it was settled"), _settled, blank={"what": "", "witness": ""})
)  # fmt: skip

keep(
    Kept("workforce.fund_entries", both("关爱基金的事由", "Why the care fund helped"), FundEntry,
         "retention.duty_days", both("审批之日起", "from when it was decided"), _decided, blank={"basis": ""})
)  # fmt: skip


def _served(before: datetime) -> QuerySet[Shift]:
    return Shift.objects.filter(ends_at__lt=before).exclude(worker="")


keep(
    Kept("workforce.shifts", both("排班中的姓名", "Names on rosters"), Shift, "retention.duty_days",
         both("班次结束之日起", "from the day the shift ended"), _served, blank={"worker": ""})
)  # fmt: skip


def _handed_over(before: datetime) -> QuerySet[HandOverNote]:
    return HandOverNote.objects.filter(written_at__lt=before, anonymised_at__isnull=True)


keep(
    Kept("workforce.hand_over_notes", both("交接班记录中的人员和车辆", "People and vehicles in hand-over notes"),
         HandOverNote, "retention.hand_overs_days", both("交班之日起", "from the day it was written"), _handed_over,
         blank={"open_people": "", "open_vehicles": "", "anonymised_at": lambda at: at})
)  # fmt: skip


def _wished(before: datetime) -> QuerySet[Wish]:
    return Wish.objects.filter(until_on__lt=local(before).date())


keep(
    Kept("workforce.wishes", both("排班愿望", "Wishes for rosters"), Wish, "retention.wishes_days",
         both("愿望的最后一天起", "from the last day wished for"), _wished)
)  # fmt: skip
