"""Numbers of slips: made at the gate without a network, one to each person, the same on the phone. Pure."""

from __future__ import annotations

from uuid import UUID

# no I, L, O, U: read aloud and copied by hand
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def slip_number(passage_id: UUID, person: int) -> str:
    """Return the number of the slip of the `person`-th (from 1) of a passage: from the random end of its id."""
    rest, letters = passage_id.int & ((1 << 40) - 1), ""
    for _ in range(8):
        rest, place = divmod(rest, 32)
        letters = LETTERS[place] + letters
    return f"{letters[:4]}-{letters[4:]}-{person}"
