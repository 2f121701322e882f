"""The files door as an app, so that a job worker without an HTTP server knows its work."""

from importlib import import_module

from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "lianfang.doors.files"
    label = "doors_files"

    def ready(self) -> None:
        import_module("lianfang.doors.files.jobs")
        import_module("lianfang.doors.files.register_views")
        import_module("lianfang.doors.files.sheets.jobs")
