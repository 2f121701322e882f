"""Finding a name among hundreds of thousands: a search in a column of words, by an index where the database has one.

The column holds words with a space before each: " 王小明 wangxiaoming wxm". Changes no result, only its speed.
"""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.db.models import CharField, Lookup
from django.db.models.lookups import Contains

WORDED = "worded"

# Every beginning of each word, and of a word in characters every part: whole, so that the database can count how many
# rows have it and read the list in its order where they are many.
POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION lianfang_words(words text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  word text;
  parts text[] := '{}';
BEGIN
  FOREACH word IN ARRAY string_to_array(btrim(words), ' ') LOOP
    FOR place IN 1 .. CASE WHEN octet_length(word) > length(word) THEN length(word) ELSE 1 END LOOP
      FOR size IN 1 .. length(word) - place + 1 LOOP
        parts := parts || substr(word, place, size);
      END LOOP;
    END LOOP;
  END LOOP;
  RETURN array_to_tsvector(parts);
END $$
"""


def lay_index(table: str, column: str, using: str = "default") -> None:
    """Lay the index that `worded` asks, on PostgreSQL; safe to repeat."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(POSTGRES_FUNCTION)
        cursor.execute(
            f'CREATE INDEX IF NOT EXISTS "{table}_words" ON "{table}" USING gin (lianfang_words("{column}"))'
        )


@CharField.register_lookup
class Worded(Lookup):
    """Holds the text: a word that begins with it where it starts with a space, else anywhere in a word."""

    lookup_name = WORDED

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return Contains(self.lhs, self.rhs).as_sql(compiler, connection)

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        sql, params = self.as_sql(compiler, connection)
        beginning = str(self.rhs).rpartition(" ")[2]
        if not beginning or not _starts_a_word(str(self.rhs), beginning):
            return sql, params
        column, of_column = self.process_lhs(compiler, connection)
        # a CASE, because the planner would multiply how rare the text is with how rare the word is
        text = f"CASE WHEN {sql} THEN true ELSE false END"
        return f"({text} AND lianfang_words({column}) @@ %s::tsquery)", [*params, *of_column, _quoted(beginning)]


def _starts_a_word(text: str, beginning: str) -> bool:
    """Say whether the index knows every word that holds the text by this beginning: characters count from anywhere."""
    return beginning != text or not text.isascii()


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
