"""The attachments app."""

from django.apps import AppConfig


class AttachmentsConfig(AppConfig):
    name = "lianfang.foundation.attachments"
