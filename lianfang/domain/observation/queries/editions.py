"""Which running orders a newly adopted edition would have made shorter."""

from __future__ import annotations

from lianfang.domain.incidents.queries import BoundOrder, ReleaseProposal, earlier_releases
from lianfang.domain.observation import rules
from lianfang.domain.observation.models import Order


def proposals_for(profile: str, edition: str, incident_id: str) -> list[ReleaseProposal]:
    """Return a proposal of earlier release for every running order of the incident bound to an earlier edition."""
    running = Order.objects.filter(incident_id=incident_id, disease=profile).exclude(
        state__in=[*rules.CLOSED_STATES, "ended"]
    )
    orders = [
        BoundOrder(str(one.pk), one.rule_key, one.rule_edition, one.starts_on, one.ends_on, one.area_path)
        for one in running
    ]
    return earlier_releases(profile, edition, orders)
