"""The place of a post on the map: pointed at, or taken by the phone of whoever stands there."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from lianfang.domain.workforce.actions.duty import NOT_SIGNED_IN
from lianfang.domain.workforce.actions.fields import ShiftId, mine, permit_lead
from lianfang.domain.workforce.actions.posts import IS_WITHDRAWN, STANDS, TABLE, PostId, find_for_change
from lianfang.domain.workforce.events.posts import PostChanged
from lianfang.domain.workforce.models.posts import Post
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.administration.actions import labelled
from lianfang.kernel.text import both

Longitude = Annotated[float, Field(ge=-180, le=180, **labelled("经度", "Longitude", "number"))]
Latitude = Annotated[float, Field(ge=-90, le=90, **labelled("纬度", "Latitude", "number"))]
# five digits are a metre: enough for a post
DIGITS = 5


class LocatePost(Input):
    post_id: PostId
    longitude: Longitude
    latitude: Latitude


@action("workforce.locate_post", both("标卡点位置", "Put a post on the map"), LocatePost,
        subject=Subject(TABLE, "post_id", STANDS))  # fmt: skip
def locate_post(call: Call, given: LocatePost) -> Result:
    """Say where a post stands on the map. To let it stand elsewhere is `move_post`."""
    row = find_for_change(given.post_id)
    permit_lead(call, row)
    if not call.allows(STANDS, row):
        raise IS_WITHDRAWN(field="post_id")
    return _place(call, row, given.longitude, given.latitude)


class LocateHere(Input):
    shift_id: ShiftId
    longitude: Longitude
    latitude: Latitude


@action("workforce.locate_here", both("卡点就在这里", "The post is here"), LocateHere, offered=False)
def locate_here(call: Call, given: LocateHere) -> Result:
    """Take the place of the post from the phone of whoever is signed in there, asked for once, at their own press.

    Only the post's place is kept, never where a person was (P10).
    """
    shift = mine(call, given.shift_id)
    # because it may be sent after the shift, from where there was no network
    if shift.signed_in_at is None:
        raise NOT_SIGNED_IN(field="shift_id")
    return _place(call, find_for_change(shift.post_id), given.longitude, given.latitude)


def _place(call: Call, row: Post, longitude: float, latitude: float) -> Result:
    row.longitude, row.latitude = round(longitude, DIGITS), round(latitude, DIGITS)
    row.version += 1
    row.save(update_fields=["longitude", "latitude", "version"])
    call.about(TABLE, row.pk)
    call.announce(PostChanged(area_path=row.area_path, post_id=row.pk))
    return {"id": str(row.pk), "version": row.version}
