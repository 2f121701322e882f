"""Personal links for reporting without an account: made, shown once, withdrawn."""

from __future__ import annotations

import secrets
from datetime import timedelta
from uuid import UUID

from lianfang.domain.observation import rules
from lianfang.domain.observation.actions.endings import NOT_RUNNING
from lianfang.domain.observation.actions.steps import TABLE, in_state, take_order
from lianfang.domain.observation.models import ResidentLink
from lianfang.domain.observation.queries.links import ALPHABET, LENGTH, secret_index
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import when_empty
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NO_LINK = refusal("observation.no_link", "没有这个链接，或已撤销。", "There is no such link.", status=404)


class IssueLink(Input):
    order_id: UUID


LIVE = in_state(*rules.LIVE_STATES)
VALID = when_empty("revoked_at")


@action("observation.issue_link", both("发放自报链接", "Issue a personal link"), IssueLink,
        subject=Subject(TABLE, "order_id", LIVE))  # fmt: skip
def issue_link(call: Call, given: IssueLink) -> Result:
    """Make a personal link; it is shown once, replaces an earlier one, and ends with the observation."""
    order = take_order(call, given.order_id)
    if not call.allows(LIVE, order):
        raise NOT_RUNNING(field="order_id")
    mine = ResidentLink.objects.filter(person_id=order.person_id, revoked_at__isnull=True)
    mine.update(revoked_at=call.received_at)
    plain = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    link = ResidentLink.objects.create(
        person_id=order.person_id, household_id=order.household_id, area_path=order.area_path,
        secret_index=secret_index(plain), issued_at=call.received_at, issued_by=call.actor.account_id,
        expires_on=order.ends_on + timedelta(days=1),
    )  # fmt: skip
    call.about("observation.orders", order.pk, link=str(link.pk))
    token = "-".join(plain[n : n + 4] for n in range(0, LENGTH, 4))
    call.once = {"token": token, "path": f"/r/{token}"}
    return {"id": str(link.pk), "expires_on": link.expires_on.isoformat()}


class RevokeLink(Input):
    link_id: UUID


@action("observation.revoke_link", both("撤销自报链接", "Revoke a personal link"), RevokeLink,
        subject=Subject("observation.links", "link_id", VALID))  # fmt: skip
def revoke_link(call: Call, given: RevokeLink) -> Result:
    """Withdraw a personal link that was lost or passed on."""
    link = ResidentLink.objects.filter(pk=given.link_id).first()
    if link is None or not call.allows(VALID, link):
        raise NO_LINK(field="link_id")
    call.permit(link.area_path)
    link.revoked_at = call.received_at
    link.save(update_fields=["revoked_at"])
    call.about("observation.links", link.pk)
    return {"id": str(link.pk)}
