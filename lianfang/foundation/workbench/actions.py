"""Saving a view of a list, and dropping one's own. Refuses filters on anything personal."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from lianfang.foundation.access.actor import NOT_YOURS
from lianfang.foundation.actions.inputs import Input
from lianfang.foundation.actions.registry import Call, Result, Subject, action
from lianfang.foundation.actions.states import ME, when
from lianfang.foundation.administration.actions import labelled
from lianfang.foundation.privacy.classes import PrivacyClass
from lianfang.foundation.tables.reading import find_table
from lianfang.foundation.tables.registry import Table
from lianfang.foundation.workbench.models import SavedView
from lianfang.kernel.errors import refusal
from lianfang.kernel.text import both

NO_VIEW = refusal("workbench.no_view", "没有这个视图，或不是您存的。", "No such view, or it is not yours.", status=404)
PERSONAL = refusal(
    "workbench.personal_filter",
    "“{name}”涉及个人信息，不能存进视图。",
    "{name} is personal and cannot be part of a view.",
)

PLAIN = frozenset({PrivacyClass.WORK, PrivacyClass.PUBLIC})
OWN = frozenset({"sort", "within"})
Name = Annotated[str, Field(min_length=1, max_length=30, **labelled("视图名称", "Name of the view"))]
Key = Annotated[str, Field(max_length=60)]


class SaveView(Input):
    table: Annotated[str, Field(max_length=80, **labelled("列表", "List"))]
    name: Name
    where: Annotated[dict[Key, Annotated[str, Field(max_length=200)]], Field(max_length=20)] = Field(
        default_factory=dict
    )
    columns: Annotated[list[Key] | None, Field(max_length=80)] = None
    shared: bool = Field(False, **labelled("共享给本级和下级", "Share with my area and below", "bool"))


@action("workbench.save_view", both("存为视图", "Save a view"), SaveView, offered=False)
def save_view(call: Call, given: SaveView) -> Result:
    """Save filters, order and columns of a list under a name, in place of one's own of that name."""
    call.permit(call.actor.home_area)
    shown = find_table(given.table)
    if not call.actor.may(shown.name) or call.actor.account_id is None:
        raise NOT_YOURS(field="table")
    for key in given.where:
        _refuse_personal(shown, key)
    view, _ = SavedView.objects.update_or_create(
        account_id=call.actor.account_id, table=shown.name, name=given.name,
        defaults={"where": given.where, "columns": given.columns, "shared": given.shared,
                  "area_path": call.actor.home_area, "saved_at": call.received_at},
    )  # fmt: skip
    call.about("workbench.views", view.pk, of=shown.name)
    return {"id": str(view.pk)}


def _refuse_personal(shown: Table, key: str) -> None:
    """Accept filters on columns about the work only: a view outlives the reason to have looked somebody up."""
    name = key.partition("__")[0]
    column = shown.column(name)
    if key in OWN or (column is not None and column.privacy in PLAIN):
        return
    raise PERSONAL(field="where", name=column.label.zh if column else name)


OWN_VIEW = when(lambda account_id, me: account_id == me, "account_id", ME)


class DropView(Input):
    view_id: UUID = Field(**labelled("视图", "View"))


@action("workbench.drop_view", both("删除视图", "Drop a view"), DropView,
        subject=Subject("workbench.views", "view_id", OWN_VIEW))  # fmt: skip
def drop_view(call: Call, given: DropView) -> Result:
    """Drop a view of one's own; nobody keeps it who used it as shared."""
    call.permit(call.actor.home_area)
    view = SavedView.objects.filter(pk=given.view_id).first()
    if view is None or not call.allows(OWN_VIEW, view):
        raise NO_VIEW(field="view_id")
    call.about("workbench.views", view.pk)
    view.delete()
    return {}
