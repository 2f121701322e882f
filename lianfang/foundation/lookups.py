"""A lookup for thousands of values at once: `name__among=[…]` sends one parameter where `__in` sends one for each."""

from __future__ import annotations

from typing import Any

import orjson
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Lookup

AMONG = "among"


@Field.register_lookup
class Among(Lookup):
    """Equal to one of the values; never true for none."""

    lookup_name = AMONG

    def get_prep_lookup(self) -> list[Any]:
        return list(self.rhs)

    def get_db_prep_lookup(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        turn = self.lhs.output_field.get_db_prep_value
        return "", [turn(one, connection, prepared=False) for one in value]

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        column, params = self.process_lhs(compiler, connection)
        _, values = self.get_db_prep_lookup(self.rhs, connection)
        listed = orjson.dumps(values, default=str).decode()
        if connection.vendor == "postgresql":
            # because one text is quoted in no time and thousands of values are not
            kind = self.lhs.output_field.db_type(connection)
            return f"{column} = ANY(ARRAY(SELECT json_array_elements_text(%s))::{kind}[])", [*params, listed]
        return f"{column} IN (SELECT value FROM json_each(%s))", [*params, listed]  # noqa: S608
