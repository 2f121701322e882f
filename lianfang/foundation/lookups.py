"""What databases are asked beyond the framework's own words: thousands of values at once, minutes between moments.

`name__among=[…]` sends one parameter where `__in` sends one for each.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

import orjson
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Field, FloatField, Func, IntegerField, Lookup, TextField

AMONG = "among"
# fewer than any database takes as parameters of one statement
AT_ONCE = 5000
# between the values of a list, and in none that anybody means
_BETWEEN = "|"

Key = TypeVar("Key")


def chunks(keys: Iterable[Key]) -> Iterator[Collection[Key]]:
    """Yield the keys, each once, in portions that every database takes in one statement."""
    rest = iter(dict.fromkeys(keys))
    # no list, because a query looks into each value of one for expressions
    while portion := dict.fromkeys(islice(rest, AT_ONCE)):
        yield portion


@Field.register_lookup
class Among(Lookup):
    """Equal to one of the values; never true for none."""

    lookup_name = AMONG

    def get_prep_lookup(self) -> list[Any]:
        return list(self.rhs)

    def get_db_prep_lookup(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        field = self.lhs.output_field
        # because texts are what they are, and asking the field about thousands of them costs more than the answer
        if isinstance(field, (CharField, TextField)) and all(type(one) is str for one in value):
            return "", list(value)
        return "", [field.get_db_prep_value(one, connection, prepared=False) for one in value]

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        column, params = self.process_lhs(compiler, connection)
        _, values = self.get_db_prep_lookup(self.rhs, connection)
        if connection.vendor != "postgresql":
            listed = orjson.dumps(values, default=str).decode()
            return f"{column} IN (SELECT value FROM json_each(%s))", [*params, listed]  # noqa: S608
        # because one text is quoted in no time and thousands of values are not
        kind = self.lhs.output_field.db_type(connection)
        texts = list(map(str, values))
        joined = _BETWEEN.join(texts)
        if "" in texts or joined.count(_BETWEEN) >= len(texts) > 0:  # no such text is taken apart as it was joined
            listed = orjson.dumps(texts).decode()
            return f"{column} IN (SELECT json_array_elements_text(%s)::{kind})", [*params, listed]
        # which costs the database a third less than JSON
        return f"{column} IN (SELECT unnest(string_to_array(%s, {_BETWEEN!r}))::{kind})", [*params, joined]


class MinutesBetween(Func):
    """Whole minutes from one moment to a later one, the same on both databases."""

    output_field = IntegerField()
    arity = 2
    arg_joiner = " - "

    def __init__(self, begins: Any, ends: Any) -> None:
        super().__init__(ends, begins)

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Any:
        template = "CAST(ROUND(EXTRACT(EPOCH FROM (%(expressions)s)) / 60) AS integer)"
        return super().as_sql(compiler, connection, template=template)

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        days = self.copy()
        days.set_source_expressions([_Day(one) for one in self.source_expressions])
        return days.as_sql(compiler, connection, template="CAST(ROUND((%(expressions)s) * 1440) AS integer)")


class _Day(Func):
    function = "julianday"
    output_field = FloatField()
