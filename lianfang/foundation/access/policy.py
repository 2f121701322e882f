"""Roles: which actions and tables a role may use, and what it sees of each privacy class. The page is configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from importlib import import_module

from django.conf import settings

from lianfang.foundation.privacy.classes import Level, PrivacyClass
from lianfang.kernel.text import Bilingual


@dataclass(frozen=True)
class Role:
    """A role: `can` are patterns of action and table names ("observation.*"), `sees` the level per class.

    A class not named in `sees` is hidden. WORK and PUBLIC are clear to everyone who may read the row at all.
    """

    name: str
    label: Bilingual
    can: tuple[str, ...]
    sees: Mapping[PrivacyClass, Level] = field(default_factory=dict)

    def may(self, permission: str) -> bool:
        return _matches(self.can, permission)

    def level(self, cls: PrivacyClass) -> Level:
        if cls in (PrivacyClass.WORK, PrivacyClass.PUBLIC):
            return Level.CLEAR
        return self.sees.get(cls, Level.HIDDEN)

    def __hash__(self) -> int:
        return hash(self.name)


@lru_cache(maxsize=8192)
def _matches(patterns: tuple[str, ...], permission: str) -> bool:
    return any(fnmatchcase(permission, pattern) for pattern in patterns)


@cache
def roles() -> dict[str, Role]:
    """Return every role of the configured policy page, by name."""
    page = import_module(settings.LIANFANG_ROLES)
    return {role.name: role for role in page.ROLES}
