"""Posts: where people stand guard, since when, moved and withdrawn; and the checklists a county attaches to a kind."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from lianfang.domain.workforce.models.patterns import OwnPattern
from lianfang.domain.workforce.rules.posts import POST_STATES
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.privacy.fields import AreaPathField
from lianfang.kernel.ids import uuid7


class Post(models.Model):
    """One post of the register (F16). Who leads it is a responsibility of kind `post_lead`.

    `pattern` is a key of the rulebook's `duty.patterns`, or `own` for the county's `own_pattern`; `round_the_clock`
    says that no minute may be without anybody. `staff` is the least number of people on each of its shifts, `skills`
    names the skills of which one person on every shift has each. A post is withdrawn, never deleted.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "number", "name", "keys", "kind", "tier", "position", "longitude", "latitude", "unit",
         "pattern", "own_pattern", "round_the_clock", "staff", "skills", "experienced", "exposure", "standing",
         "equipment", "legal_basis", "approval_number", "state",
         "set_up_on", "moved_on", "withdrawn_on", "version", "added_at",
         "closed_at"],
        PrivacyClass.WORK,
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    number = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    keys = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=20)
    tier = models.CharField(max_length=10)
    position = models.CharField(max_length=200, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    unit = models.ForeignKey("organisation.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    pattern = models.CharField(max_length=20)
    own_pattern = models.ForeignKey(OwnPattern, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    round_the_clock = models.BooleanField(default=False)
    staff = models.PositiveSmallIntegerField(default=1)
    skills: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    experienced = models.PositiveSmallIntegerField(default=1)
    exposure = models.BooleanField(default=False)
    standing = models.BooleanField(default=False)
    equipment = models.CharField(max_length=400, blank=True)
    legal_basis = models.CharField(max_length=200, blank=True)
    approval_number = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=10, choices=[(key, label.zh) for key, label in POST_STATES.items()])
    set_up_on = models.DateField()
    moved_on = models.DateField(null=True, blank=True)
    withdrawn_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    added_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"]), models.Index(fields=["kind", "area_path"])]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="post_numbered_once"),
            models.CheckConstraint(
                name="post_names_its_own_pattern",
                condition=Q(pattern="own", own_pattern__isnull=False)
                | (~Q(pattern="own") & Q(own_pattern__isnull=True)),
            ),
            models.CheckConstraint(
                name="post_withdrawn_says_when",
                condition=Q(state="withdrawn", withdrawn_on__isnull=False)
                | Q(state="standing", withdrawn_on__isnull=True),
            ),
            models.CheckConstraint(
                name="post_withdrawn_after_set_up",
                condition=Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gte=F("set_up_on")),
            ),
        ]


class PostStep(models.Model):
    """What became of a post: set up, moved, withdrawn, set up again; when, by whom and why. Appended, never changed."""

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "post", "area_path", "what", "from_position", "to_position", "reason", "on", "at", "account_id"],
        PrivacyClass.WORK,
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    area_path = AreaPathField()
    what = models.CharField(max_length=10)
    from_position = models.CharField(max_length=200, blank=True)
    to_position = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    on = models.DateField()
    at = models.DateTimeField()
    account_id = models.UUIDField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"]), models.Index(fields=["post", "at"])]


class Checklist(models.Model):
    """A named regime (五严五防 and the like) as the county's own list of points, attached to kinds of posts.

    None is shipped: what a regime asks stands in its document, which the county enters.
    """

    privacy: ClassVar[dict[str, PrivacyClass]] = dict.fromkeys(
        ["id", "area_path", "name", "kinds", "points", "document", "added_at", "ended_at", "version"],
        PrivacyClass.WORK,
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    area_path = AreaPathField()
    name = models.CharField(max_length=60)
    kinds: models.JSONField[Any, Any] = models.JSONField(default=list)
    points: models.JSONField[Any, Any] = models.JSONField(default=list)
    document = models.CharField(max_length=200)
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["area_path", "id"])]
        constraints = [
            models.UniqueConstraint(
                fields=["area_path", "name"], condition=Q(ended_at__isnull=True), name="checklist_named_once"
            )
        ]
