"""The gaps app; follows facts so that the board is fresh a moment after an act."""

from django.apps import AppConfig


class GapsConfig(AppConfig):
    name = "lianfang.foundation.gaps"

    def ready(self) -> None:
        from lianfang.foundation.events.announcing import FOLLOWERS
        from lianfang.foundation.gaps.sweeping import note_facts

        FOLLOWERS.append(note_facts)
