"""Whoever asks: a person with grants, at a door, at a moment. Every read and write is asked *by* an actor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import Q

from lianfang.foundation.access.models import Grant
from lianfang.foundation.access.policy import Role, roles
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.privacy.classes import ORDER, Level, PrivacyClass
from lianfang.foundation.privacy.fields import is_area_path, within
from lianfang.kernel.errors import refusal

NOT_YOURS = refusal(
    "access.not_yours",
    "您没有在这个区域做这件事的权限。请联系上一级管理员授权。",
    "You may not do this in this area. Ask the level above for a grant.",
    status=403,
)


@dataclass(frozen=True)
class Held:
    """A grant in force, as the actor holds it."""

    role: Role
    area_path: str
    purpose: str = ""
    grant_id: UUID | None = None

    def holds(self) -> bool:
        """Say whether the grant's area can be one at all."""
        return not self.area_path or is_area_path(self.area_path)

    def covers(self, path: str) -> bool:
        return path.startswith(self.area_path) and self.holds()


@dataclass(frozen=True)
class Actor:
    """A person at a door. `system` actors are reactions and jobs: they act for the house and are audited as such."""

    account_id: UUID | None
    name: str
    grants: tuple[Held, ...] = ()
    door: str = "inside"
    device_id: str = ""
    language: str = "zh-hans"
    system: bool = False
    home_area: str = ""
    _prefixes: dict[str, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)

    def may(self, permission: str, path: str | None = None) -> bool:
        """Say whether some grant allows the permission, in the given area or (without one) anywhere."""
        if self.system:
            return True
        return any(held.role.may(permission) and (path is None or held.covers(path)) for held in self.grants)

    def require(self, permission: str, path: str) -> None:
        """Raise `access.not_yours` unless a grant allows the permission at the path."""
        if not self.may(permission, path):
            raise NOT_YOURS()

    def prefixes(self, permission: str) -> tuple[str, ...]:
        """Return the area prefixes where the permission holds, none of them inside another. ("",) is everywhere."""
        if self.system:
            return ("",)
        if permission not in self._prefixes:
            paths = sorted({held.area_path for held in self.grants if held.role.may(permission) and held.holds()})
            widest: list[str] = []
            for path in paths:
                if not widest or not path.startswith(widest[-1]):
                    widest.append(path)
            self._prefixes[permission] = tuple(widest)
        return self._prefixes[permission]

    def scope(self, permission: str, field_name: str = "area_path") -> Q:
        """Return the row condition for a permission; a condition that is never true when there is no grant."""
        return any_within(self.prefixes(permission), field_name)

    def level(self, cls: PrivacyClass, permission: str, path: str) -> Level:
        """Return the best level of a class over the grants that let this actor read this row."""
        if self.system:
            return Level.CLEAR
        # a row without an area is in a table that has none: any grant that reads the table reads it
        mine = (held for held in self.grants if (not path or held.covers(path)) and held.role.may(permission))
        levels = [held.role.level(cls) for held in mine]
        return max(levels, key=ORDER.__getitem__, default=Level.HIDDEN)


def any_within(paths: Iterable[str], field_name: str = "area_path") -> Q:
    """Return the condition for rows below any of the paths; never true for none."""
    conditions = [within(path, field_name) for path in paths]
    if not conditions:
        return Q(pk__in=[])
    whole = conditions[0]
    for condition in conditions[1:]:
        whole |= condition
    return whole


def actor_for(account: Account, *, on: date, door: str, device_id: str = "") -> Actor:
    """Return the account as an actor with the grants in force that day; an inactive account holds none."""
    held: list[Held] = []
    if account.is_active:
        for grant in Grant.objects.filter(account=account, ended_at__isnull=True, starts_on__lte=on):
            if (grant.ends_on is None or grant.ends_on >= on) and grant.role in roles():
                held.append(Held(roles()[grant.role], grant.area_path, grant.purpose, grant.id))
    return Actor(
        account_id=account.id,
        name=account.name,
        grants=tuple(held),
        door=door,
        device_id=device_id,
        language=account.language,
        home_area=account.home_area or (held[0].area_path if held else ""),
    )


SYSTEM = Actor(account_id=None, name="系统", system=True)
