"""Addresses of the API."""

from __future__ import annotations

from django.urls import path

from lianfang.doors.api import observation, session, views

urlpatterns = [
    path("session", session.session),
    path("session/language", session.choose_language),
    path("meta", views.meta),
    path("actions/<str:name>", views.act),
    path("batch", views.batch),
    path("tables/<str:name>.xlsx", views.download),
    path("tables/<str:name>", views.rows),
    path("tables/<str:name>/<str:row_id>", views.row),
    path("gaps", views.gaps),
    path("gaps/<str:name>", views.gap_items),
    path("areas/<str:path>", views.areas),
    path("reveal", views.reveal),
    path("jobs/<uuid:job_id>", views.job),
    path("jobs/<uuid:job_id>/cancel", views.cancel_job),
    path("search", views.search),
    path("observation/<uuid:person_id>/fever-line", observation.judged_by),
]
