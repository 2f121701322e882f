"""Reading what one was told: the mark is one's own, and comes once however often a phone sends it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from lianfang.domain.organisation.models import NoticeRead
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, action
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NO_READER = refusal("organisation.no_reader", "只有本人能标记已读。", "Only a person reads notices.", status=403)
NoticeId = Annotated[str, Field(pattern=r"^[a-z]{3,20}:[0-9a-f-]{1,40}(:[a-z0-9_]{1,16})?$", max_length=80)]


class ReadNotices(Input):
    notices: Annotated[list[NoticeId], Field(min_length=1, max_length=200, **labelled("通知", "Notices", "hidden"))]


@action("organisation.read_notices", both("通知标为已读", "Mark notices as read"), ReadNotices, offered=False)
def read_notices(call: Call, given: ReadNotices) -> Result:
    """Keep that the one who acts has read these notices; nobody reads for another."""
    if call.actor.account_id is None:
        raise NO_READER()
    call.permit(call.actor.home_area)
    NoticeRead.objects.bulk_create(
        [
            NoticeRead(
                account_id=call.actor.account_id, area_path=call.actor.home_area, notice=one, read_at=call.happened_at
            )
            for one in dict.fromkeys(given.notices)
        ],
        ignore_conflicts=True,
    )
    call.about("areas.areas", call.actor.home_area, read=len(given.notices))
    return {"read": len(given.notices)}
