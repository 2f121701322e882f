"""Model fields that carry their privacy: encrypted text with a keyed blind index, and area paths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from lianfang.foundation.privacy.keys import ring


class EncryptedText(models.TextField):
    """Text encrypted at rest. `blind` names the sibling column that finds equal values; `context` binds the two.

    Lookups on the field itself find nothing by design: ask by the blind index.
    """

    def __init__(self, *args: Any, context: str = "", **kwargs: Any) -> None:
        self.context = context
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["context"] = self.context
        return name, path, args, kwargs

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str:
        return ring().decrypt(value, self.context) if value else ""

    def get_prep_value(self, value: Any) -> Any:
        return ring().encrypt(str(value), self.context) if value else ""

    def get_many(self, values: Sequence[Any]) -> list[str]:
        """Return many values as they are stored; asks for the key ring once."""
        sealed = iter(ring().encrypt_many([str(value) for value in values if value], self.context))
        return [next(sealed) if value else "" for value in values]


def blind(text: str, context: str) -> str:
    """Return the blind index of an already normal form."""
    return ring().blind_index(text, context)


def blinding(context: str) -> Callable[[str], str]:
    """Return what makes blind indexes of one context, for whoever makes many of them at once."""
    return ring().blinding(context)


class BytewiseField(models.CharField):
    """Text that is no word of any language, compared byte by byte (C collation) and not as dictionaries sort."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        parameters = super().db_parameters(connection)
        parameters["collation"] = "C" if connection.vendor == "postgresql" else None
        return parameters


class AreaPathField(BytewiseField):
    """The path of an area: county 6 digits, town 9, village 12, grid 15 or more; a child begins with its parent.

    Scope and roll-ups are ranges on it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 24)
        super().__init__(*args, **kwargs)


class BlindIndexField(BytewiseField):
    """The blind index of an encrypted sibling; "" for nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 32)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)


# province, city, county, town, village, grid, micro-grid
PATH_LENGTHS = frozenset({2, 4, 6, 9, 12, 15, 18})


def is_area_path(path: str) -> bool:
    """Say whether the text can be an area's path. Anything else covers nothing: 1408261 is no area above 140826100."""
    return len(path) in PATH_LENGTHS and path.isascii() and path.isalnum()


def within(path: str, field: str = "area_path") -> models.Q:
    """Return the condition for rows at or below an area, written as a range so that plans stay on the index.

    No path means everywhere; a text that no area can have as its path means nowhere.
    """
    if not path:
        return models.Q()
    if not is_area_path(path):
        return models.Q(pk__in=[])
    return models.Q(**{f"{field}__gte": path, f"{field}__lt": path + "~"})
