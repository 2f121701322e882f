"""Addresses of the phones' door."""

from __future__ import annotations

from django.urls import path

from lianfang.doors.sync import bundle, uploading

urlpatterns = [
    path("bundle", bundle.bundle),
    path("upload", uploading.upload),
    path("import", uploading.bring_in),
]
