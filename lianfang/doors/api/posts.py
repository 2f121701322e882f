"""The door of posts: where they stand with what is open there, and what is asked at one of them today."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path

from lianfang.domain.workforce.queries.checks import checks_of
from lianfang.domain.workforce.queries.post_map import posts_map
from lianfang.domain.workforce.queries.posts import find_post
from lianfang.doors.api.answers import answer, door, path_like
from lianfang.doors.api.session import actor_of
from lianfang.foundation.tables.reading import NO_ROW
from lianfang.kernel.clock import today

ANSWERS = "workforce.check_answers"


@door("GET")
def placed(request: HttpRequest) -> HttpResponse:
    """Return the posts below an area with their places and what is open there."""
    actor, asked = actor_of(request), request.GET.get("within", "")
    return answer(posts_map(actor, path_like(asked, "within") if asked else actor.home_area))


@door("GET")
def checks(request: HttpRequest, post_id: UUID) -> HttpResponse:
    """Return the checklists that are asked at a post, with today's answers, for whoever sees them there."""
    post = find_post(post_id)
    if post is None or not actor_of(request).may(ANSWERS, post.area_path):
        raise NO_ROW()
    return answer({"on": today(), "lists": checks_of([post], today()).get(post.pk, [])})


urlpatterns = [path("posts/map", placed), path("posts/<uuid:post_id>/checks", checks)]
