"""Addresses of the files door."""

from __future__ import annotations

from django.urls import path

from lianfang.doors.files import views

urlpatterns = [
    path("files", views.upload),
    path("files/<uuid:file_id>", views.fetch),
    path("files/<uuid:file_id>/password", views.password),
    path("intake", views.lists),
    path("intake/<uuid:batch_id>", views.intake),
    path("intake/<uuid:batch_id>/check", views.check_intake),
    path("intake/<uuid:batch_id>/run", views.run_intake),
    path("intake/<uuid:batch_id>/cancel", views.cancel_intake),
    path("intake/<uuid:batch_id>/undo", views.undo_intake),
    path("intake/<uuid:batch_id>/marked.xlsx", views.marked_workbook),
]
