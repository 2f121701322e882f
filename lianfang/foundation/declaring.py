"""The app configuration every app with registries shares: at start its rooms are imported, and so declared."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig


class DeclaringApp(AppConfig):
    """Imports the rooms that declare something: actions, tables, gaps, reactions, retention."""

    default = False  # because Django would otherwise count this base among an app's configurations

    def __init_subclass__(cls) -> None:
        cls.default = True

    def ready(self) -> None:
        for room in ("actions", "tables", "gaps", "reactions", "retention"):
            if find_spec(f"{self.name}.{room}") is not None:
                import_module(f"{self.name}.{room}")
