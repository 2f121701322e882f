"""Addresses of every door."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

handler400 = "lianfang.doors.api.answers.bad_request"
handler404 = "lianfang.doors.api.answers.not_found"
handler500 = "lianfang.doors.api.answers.server_trouble"
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/sync/", include("lianfang.doors.sync.urls")),
    path("api/", include("lianfang.doors.files.urls")),
    path("api/", include("lianfang.doors.files.sheets.views")),
    path("api/", include("lianfang.doors.files.register_views")),
    path("api/", include("lianfang.doors.files.forms")),
    path("api/", include("lianfang.doors.files.cards")),
    path("api/", include("lianfang.doors.files.permits")),
    path("api/", include("lianfang.doors.files.duty_sheets")),
    path("api/", include("lianfang.doors.files.gate_paper")),
    path("api/", include("lianfang.doors.files.letter_views")),
    path("api/", include("lianfang.doors.files.erasures")),
    path("api/", include("lianfang.doors.files.breaches")),
    path("api/", include("lianfang.doors.files.serving")),
    path("api/", include("lianfang.doors.api.urls")),
    path("api/", include("lianfang.doors.api.reports")),
    path("api/", include("lianfang.doors.api.posts")),
    path("", include("lianfang.doors.public.pages")),
]
