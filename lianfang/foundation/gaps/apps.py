"""The gaps app."""

from django.apps import AppConfig


class GapsConfig(AppConfig):
    name = "lianfang.foundation.gaps"
