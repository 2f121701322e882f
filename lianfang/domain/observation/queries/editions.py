"""Which running orders a newly adopted edition, or a changed local rule, would have made shorter."""

from __future__ import annotations

from datetime import date, timedelta

from lianfang.domain.incidents.queries import BoundOrder, ReleaseProposal, earlier_releases, editions, rule
from lianfang.domain.observation import rules
from lianfang.domain.observation.models import Order
from lianfang.foundation.privacy.fields import within
from lianfang.kernel.rulebook import RuleValue
from lianfang.kernel.text import both


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


def bound_locally(path: str) -> list[Order]:
    """Return the running orders below an area that are bound to a local document and to no edition of the rulebook."""
    running = Order.objects.filter(within(path)).exclude(state__in=[*rules.CLOSED_STATES, "ended"])
    keys = set(running.values_list("rule_key", "disease").order_by().distinct())
    national = {value.edition[:200] for key in keys for value in editions(*key)}
    return list(running.exclude(rule_edition__in=national))


def shorter_now(order: Order, on: date) -> tuple[date, RuleValue] | None:
    """Return the end that the rule in force gives an order, when that is earlier; never a day that is past."""
    value = rule(order.rule_key, order.area_path, on, order.disease)
    if value.edition[:200] == order.rule_edition:
        return None
    days = int(value.value) if value.value and not value.is_abolished else 0
    ends_on = max(order.starts_on + timedelta(days=days - 1), value.from_on, on)
    return (ends_on, value) if days < order.rule_days and ends_on < order.ends_on else None


def sentence_for(order: Order, ends_on: date, value: RuleValue) -> dict[str, str]:
    """Return why an earlier end is proposed, in words."""
    return both(
        f"本地规定《{order.rule_edition}》已由《{value.edition}》代替，建议由 {order.ends_on} 提前到 {ends_on} 解除。",
        f"“{value.edition}” replaces “{order.rule_edition}”: release on {ends_on} instead of {order.ends_on}.",
    ).as_dict()
