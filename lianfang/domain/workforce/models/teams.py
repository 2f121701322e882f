"""Teams and temporary units, and who belongs to them from when to when. Totals are counted, never kept."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from lianfang.domain.workforce.rules.teams import TEAM_KINDS, TEAM_STATES
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField
from lianfang.kernel.ids import uuid7


class Team(models.Model):
    """A team of any kind: set up, active, dissolved. `place` is where it is based, in words.

    `stated` is a number of members somebody reported, kept only to be shown against the list.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "kind", "name", "purpose", "unit", "place", "lead", "call", "nights", "exposed", "stated",
         "state", "set_up_on", "made_at", "active_on", "dissolved_on", "dissolved_reason", "version"],
        PrivacyClass.WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    kind = models.CharField(max_length=20, choices=[(key, label.zh) for key, label in TEAM_KINDS.items()])
    name = models.CharField(max_length=80)
    purpose = models.CharField(max_length=200, blank=True)
    unit = models.ForeignKey("organisation.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=80, blank=True)
    lead = models.ForeignKey("Responder", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    call = models.ForeignKey("ServiceCall", null=True, blank=True, on_delete=models.PROTECT, related_name="teams")
    nights = models.BooleanField(default=False)
    exposed = models.BooleanField(default=False)
    stated = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=10, default="set_up", choices=[(k, one.zh) for k, one in TEAM_STATES.items()])
    set_up_on = models.DateField()
    made_at = models.DateTimeField()
    active_on = models.DateField(null=True, blank=True)
    dissolved_on = models.DateField(null=True, blank=True)
    dissolved_reason = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"]), models.Index(fields=["call", "made_at"])]
        constraints = [
            models.CheckConstraint(
                name="team_dissolved_says_when",
                condition=Q(state="dissolved", dissolved_on__isnull=False)
                | (~Q(state="dissolved") & Q(dissolved_on__isnull=True)),
            )
        ]


class Membership(models.Model):
    """One person belongs to one team from a day, until a day; it is ended, never deleted."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "team", "responder", "from_on", "until_on", "despite", "reason"], PrivacyClass.WORK
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")
    responder = models.ForeignKey("Responder", on_delete=models.PROTECT, related_name="memberships")
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    despite = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"]), models.Index(fields=["team", "until_on"])]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "responder"], condition=Q(until_on__isnull=True), name="member_once"
            ),
            models.CheckConstraint(
                name="membership_ends_after_it_begins",
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
            ),
        ]
