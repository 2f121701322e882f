"""What is written down about an error names no value, whichever database it came from."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from lianfang.foundation.accounts.models import Account
from lianfang.foundation.privacy.troubles import describe

SECRET = "wang-xiaoming-138"


def test_an_error_is_described_without_its_message() -> None:
    try:
        int(SECRET)
    except ValueError as trouble:
        said = describe(trouble)
    assert SECRET not in said
    assert "ValueError" in said
    assert "test_an_error_is_described_without_its_message" in said


@pytest.mark.django_db
def test_a_refused_row_is_not_quoted(accounts: Any) -> None:
    Account.objects.create(username=SECRET, name="x")
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Account.objects.create(username=SECRET, name="x")
    assert SECRET not in describe(caught.value)
    assert "IntegrityError" in describe(caught.value)
