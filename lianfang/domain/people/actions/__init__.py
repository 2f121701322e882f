"""What people do with the register: add, edit, move, mark, merge, split grids. Nothing that was entered is lost."""

from lianfang.domain.people.actions import (
    bulk,
    caring,
    carrying,
    conflicts,
    doubles,
    grids,
    households,
    persons,
    searching,
)

__all__ = ["bulk", "caring", "carrying", "conflicts", "doubles", "grids", "households", "persons", "searching"]
