"""How long leads and what visits learnt are kept: figures stay, nobody can be found by them any more (P05, P08)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from lianfang.domain.screening.models.leads import OPEN_STATES, Lead, MatchProposal
from lianfang.domain.screening.models.visits import Visit
from lianfang.foundation.privacy.retaining import Kept, keep
from lianfang.kernel.clock import local
from lianfang.kernel.text import both

NOTHING = dict.fromkeys(
    ["name", "keys", "sex", "identity_number", "identity_index", "phone", "phone_index", "other_phones", "address",
     "verified_address", "reason", "details", "measure", "note", "informant", "serial"],
    "",
)  # fmt: skip
NOBODY = dict.fromkeys(["born_on", "age", "returned_on", "last_there_on", "person_id"])


def _answered(before: datetime) -> QuerySet[Lead]:
    """Return leads answered before, and replied to where their sender waits for a reply."""
    replied = Q(batch__isnull=True) | Q(batch__replied_at__lt=before) | Q(batch__due_at__lt=before)
    mine = Lead.objects.filter(replied, anonymised_at__isnull=True, answered_at__lt=before)
    return mine.exclude(state__in=OPEN_STATES)


def _proposed(before: datetime) -> QuerySet[MatchProposal]:
    return MatchProposal.objects.filter(lead__anonymised_at__isnull=False, lead__answered_at__lt=before)


def _learnt(before: datetime) -> QuerySet[Visit]:
    """Return visits outside any sweep made before, and those of sweeps closed or past their end before."""
    over = Q(campaign__closed_at__lt=before) | Q(campaign__ends_on__lt=local(before).date())
    alone = Q(campaign__isnull=True)
    return Visit.objects.filter(over | alone, received_at__lt=before).exclude(learnt="")


keep(
    Kept("screening.leads", both("核查线索", "Leads"), Lead, "retention.leads_days",
         both("核查并反馈之日起", "from when it was answered and replied to"), _answered,
         blank=NOTHING | NOBODY | {"anonymised_at": lambda at: at})
)  # fmt: skip
keep(
    Kept("screening.proposals", both("线索与人员的比对", "Leads held against persons"), MatchProposal,
         "retention.leads_days", both("随线索", "with the lead"), _proposed)
)  # fmt: skip
keep(
    Kept("screening.visits", both("入户所得情况", "What visits learnt"), Visit, "retention.visits_days",
         both("排查结束之日起", "from the end of the sweep"), _learnt,
         blank={"learnt": "", "companions": "", "message": ""})
)  # fmt: skip
