"""Letters of observation as PDF: asked for by somebody with permission, and on record in the audit trail.

Refuses whoever may not read the order, a letter with a blank, and a certificate before release.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path

from lianfang.domain.observation.queries import (
    find_order,
    notice_letter_data,
    release_certificate_data,
    temperature_card_data,
)
from lianfang.doors.api.answers import door
from lianfang.doors.api.session import actor_of
from lianfang.doors.files.letters import LETTERS, UNKNOWN_LETTER, render
from lianfang.foundation.access.actor import NOT_YOURS, Actor
from lianfang.foundation.audit.chain import Entry, append
from lianfang.foundation.privacy.classes import Level, PrivacyClass
from lianfang.foundation.privacy.models import Reveal
from lianfang.foundation.tables.reading import NO_ROW
from lianfang.kernel.clock import now

TABLE = "observation.orders"
DATA: dict[str, Callable[[UUID, datetime], dict[str, Any]]] = {
    "notice": notice_letter_data,
    "release": release_certificate_data,
    "temperature": temperature_card_data,
}
# A letter names its person, so whoever prints it must be somebody who may at least ask for the name;
# a card of temperatures only for who sees temperatures anyway.
NAMED = (PrivacyClass.NAME, PrivacyClass.IDENTITY, PrivacyClass.ADDRESS)
MEASURED = ("temperature",)


@door("GET")
def letter(request: HttpRequest, template: str, order_id: UUID) -> HttpResponse:
    """Return one letter of one order as PDF."""
    actor = actor_of(request)
    if template not in DATA:
        raise UNKNOWN_LETTER(field="template", name=template[:20])
    order = find_order(order_id)
    if order is None or not actor.may(TABLE, order.area_path):
        raise NO_ROW()
    _check_levels(actor, template, order.area_path)
    moment = now()
    file = render(template, DATA[template](order_id, moment))
    _note_look(actor, order, template, moment)
    append([Entry("letters.print_letter", actor.account_id, actor.door, actor.device_id, subject=f"{TABLE}/{order_id}",
                  area_path=order.area_path, details={"template": template})], at=moment)  # fmt: skip
    response = HttpResponse(file, content_type="application/pdf")
    # the name of the file ends in downloads folders and chats: it says what, never who
    response["Content-Disposition"] = f'inline; filename="{LETTERS[template].name}-{order_id.hex[-6:]}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


def _note_look(actor: Actor, order: Any, template: str, moment: datetime) -> None:
    """Note that the person's name left the screen for paper, for whoever asks who saw it."""
    if actor.account_id is not None:
        Reveal.objects.create(
            account_id=actor.account_id, table=TABLE, row_id=str(order.pk), column="*",
            reason=LETTERS[template].title.zh,
            area_path=order.area_path, at=moment, until=moment, person_id=order.person_id, via="letter",
        )  # fmt: skip


def _check_levels(actor: Actor, template: str, area_path: str) -> None:
    """Raise `access.not_yours` for a role that is not to know what the letter says."""
    hidden = any(actor.level(cls, TABLE, area_path) is Level.HIDDEN for cls in NAMED)
    health = actor.level(PrivacyClass.HEALTH, TABLE, area_path) is Level.CLEAR
    if hidden or (template in MEASURED and not health):
        raise NOT_YOURS()


urlpatterns = [path("letters/<str:template>/<uuid:order_id>.pdf", letter)]
