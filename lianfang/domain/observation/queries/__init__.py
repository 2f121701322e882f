"""Reads of observation for other code: orders, slots, links, what goes into letters, what a phone keeps."""

from lianfang.domain.observation.queries.bundle import bundle_of
from lianfang.domain.observation.queries.letters import (
    notice_letter_data,
    release_certificate_data,
    self_report_data,
    temperature_card_data,
)
from lianfang.domain.observation.queries.links import LinkCard, link_by_secret, resident_actor
from lianfang.domain.observation.queries.orders import find_order, orders_of, person_card
from lianfang.domain.observation.queries.slots import slot_counts, slots_of

__all__ = [
    "LinkCard",
    "bundle_of",
    "find_order",
    "link_by_secret",
    "notice_letter_data",
    "orders_of",
    "person_card",
    "release_certificate_data",
    "resident_actor",
    "self_report_data",
    "slot_counts",
    "slots_of",
    "temperature_card_data",
]
