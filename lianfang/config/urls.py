"""Addresses of every door."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/sync/", include("lianfang.doors.sync.urls")),
    path("api/", include("lianfang.doors.api.urls")),
]
