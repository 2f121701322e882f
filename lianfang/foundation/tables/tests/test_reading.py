"""Reading tables: scope and masks hold for every door, pages join whole, and no question is a way round."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from lianfang.config.demo.cast import COUNTY, GRID, NEIGHBOUR_GRID, VILLAGE
from lianfang.foundation.access.actor import Actor, Held
from lianfang.foundation.access.policy import Role
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.running import run
from lianfang.foundation.audit.models import AuditLine
from lianfang.foundation.jobs.models import Job
from lianfang.foundation.privacy.classes import Level, PrivacyClass
from lianfang.foundation.privacy.models import Reveal
from lianfang.foundation.tables.downloads import sheet_name, workbook
from lianfang.foundation.tables.reading import Query, read, read_all, read_one, reveal_value
from lianfang.foundation.tables.registry import TABLES, Column, Table, table
from lianfang.kernel.errors import Refusal
from lianfang.kernel.masks import mask_name, mask_phone
from lianfang.kernel.text import both

pytestmark = pytest.mark.django_db

T = both("表", "Table")
PHONE = "13800005678"
CLASSES = (PrivacyClass.IDENTITY, PrivacyClass.CONTACT, PrivacyClass.HEALTH)


def _role(**sees: Level) -> Role:
    levels = {PrivacyClass(name): level for name, level in sees.items()}
    return Role("reader", T, ("test.people", "test.jobs", "privacy.reveal_value"), levels)


MASKING = _role(identity=Level.MASKED, contact=Level.MASKED)
SEEING = _role(identity=Level.CLEAR, contact=Level.CLEAR, health=Level.CLEAR)


def _viewer(*held: tuple[Role, str]) -> Actor:
    return Actor(None, "测试", tuple(Held(role, path) for role, path in held), home_area=GRID)


@pytest.fixture
def people(declaring: None, county: str) -> Table:
    """Six workers as a table of persons: names and phones masked, what they suffer from hidden."""
    for number, path in enumerate([GRID, GRID, GRID, NEIGHBOUR_GRID, VILLAGE, COUNTY]):
        Account.objects.create(username=f"p{number}", name=f"王小{number}", phone=PHONE, home_area=path, title="咳嗽")
    return table(
        Table(
            name="test.people", title=both("表[1]/人:*?", "People"), rows=lambda viewer: Account.objects.all(),
            area="home_area", sort="username", label="name", search=lambda text: Q(name__contains=text),
            columns=(
                Column("username", T, sortable=True, filterable=True),
                Column("name", T, privacy=PrivacyClass.IDENTITY, mask=mask_name, sortable=True, filterable=True),
                Column("phone", T, privacy=PrivacyClass.CONTACT, mask=mask_phone),
                Column("ill", T, source="title", privacy=PrivacyClass.HEALTH, sortable=True, filterable=True),
                Column("version", T, kind="int", privacy=PrivacyClass.IDENTITY, filterable=True),
            ),
        )
    )  # fmt: skip


@pytest.fixture
def jobs(declaring: None, db: None) -> Table:
    """Jobs as a table with every kind of sort column: nullable moments, equal numbers, text."""
    return table(
        Table(
            name="test.jobs", title=T, rows=lambda viewer: Job.objects.all(),
            columns=(
                Column("started_at", T, kind="datetime", sortable=True, filterable=True),
                Column("done", T, kind="int", sortable=True, filterable=True),
                Column("name", T, sortable=True, filterable=True),
                Column("cancel_asked", T, kind="bool", sortable=True, filterable=True),
                Column("account_id", T, kind="link", filterable=True),
            ),
        )
    )  # fmt: skip


def _job(path: str = GRID, **more: Any) -> Job:
    moment = datetime(2020, 2, 3, tzinfo=UTC)
    return Job(area_path=path, created_at=moment, run_after=moment, **more)


def _cells(viewer: Actor, column: str) -> list[Any]:
    return [row["cells"][column] for row in read(viewer, "test.people").rows]


def _refused(viewer: Actor, name: str, **asked: Any) -> str:
    with pytest.raises(Refusal) as caught:
        read(viewer, name, Query(**asked))
    return caught.value.code


# scope


def test_without_a_grant_no_table_is_read(people: Table) -> None:
    assert _refused(_viewer(), "test.people") == "access.not_yours"


def test_an_unknown_table_is_refused() -> None:
    assert _refused(_viewer((SEEING, COUNTY)), "test.nothing") == "table.unknown"


def test_only_rows_of_ones_own_areas_are_read(people: Table) -> None:
    names = [row["cells"]["username"] for row in read(_viewer((SEEING, GRID)), "test.people").rows]
    assert names == ["p0", "p1", "p2"]
    both_grids = _viewer((SEEING, GRID), (SEEING, NEIGHBOUR_GRID))
    assert len(read(both_grids, "test.people").rows) == 4
    assert [row["id"] for row in read_all(both_grids, "test.people")] == [
        row["id"] for row in read(both_grids, "test.people").rows
    ]


@pytest.mark.parametrize("path", ["1408261", "140826100202", "", "14082610020100100", "~"])
def test_within_never_widens_the_scope(people: Table, path: str) -> None:
    rows = read(_viewer((SEEING, GRID)), "test.people", Query(within=path)).rows
    assert len(rows) == (3 if path == "" else 0)


def test_another_grids_row_is_as_good_as_none(people: Table) -> None:
    stranger = Account.objects.get(username="p3")
    for row_id in (str(stranger.pk), "0", "not-an-id", "9" * 400, ""):
        with pytest.raises(Refusal) as caught:
            read_one(_viewer((SEEING, GRID)), "test.people", row_id)
        assert caught.value.code == "table.no_row"


# masks


def test_a_masked_class_shows_its_mask_and_a_hidden_one_nothing(people: Table) -> None:
    viewer = _viewer((MASKING, GRID))
    assert _cells(viewer, "name") == ["王*0", "王*1", "王*2"]
    assert set(_cells(viewer, "phone")) == {"138****5678"}
    assert set(_cells(viewer, "ill")) == {None}
    assert set(_cells(viewer, "version")) == {None}, "a number cannot be masked in part"


def test_each_row_is_masked_by_the_grant_that_reaches_it(people: Table) -> None:
    viewer = _viewer((MASKING, COUNTY), (SEEING, NEIGHBOUR_GRID))
    shown = dict(zip(_cells(viewer, "username"), _cells(viewer, "name"), strict=True))
    assert (shown["p0"], shown["p3"]) == ("王*0", "王小3")


@pytest.mark.parametrize(
    ("where", "sort"),
    [
        ({"ill": "咳嗽"}, ""), ({"ill__contains": "咳"}, ""), ({"ill__in": "咳嗽,发热"}, ""), ({}, "ill"), ({}, "-ill"),
        ({"name__contains": "小"}, ""), ({"name__gte": "王"}, ""), ({"version__lte": "3"}, ""),
        ({"version__lt": "3"}, ""),
    ],
)  # fmt: skip
def test_no_filter_or_sort_tells_what_the_column_does_not(people: Table, where: dict[str, str], sort: str) -> None:
    assert _refused(_viewer((MASKING, GRID)), "test.people", where=where, sort=sort) == "table.unknown_column"
    assert read(_viewer((SEEING, GRID)), "test.people", Query(where=where, sort=sort)).rows is not None


def test_a_filter_must_be_allowed_in_every_area_it_touches(people: Table) -> None:
    viewer = _viewer((MASKING, COUNTY), (SEEING, NEIGHBOUR_GRID))
    assert _refused(viewer, "test.people", where={"ill": "咳嗽"}) == "table.unknown_column"


def test_a_masked_name_is_found_by_whoever_knows_it_whole(people: Table) -> None:
    assert len(read(_viewer((MASKING, GRID)), "test.people", Query(where={"name": "王小1"})).rows) == 1


def test_a_page_marker_does_not_carry_the_value_sorted_by(people: Table) -> None:
    marker = read(_viewer((MASKING, GRID)), "test.people", Query(sort="name", limit=1)).next
    assert marker
    body = marker.partition(".")[2]
    assert "王小0".encode() not in base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))


# revealing one value


def test_a_hidden_value_is_not_revealed(people: Table) -> None:
    first = Account.objects.get(username="p0")
    with pytest.raises(Refusal) as caught:
        reveal_value(_viewer((MASKING, GRID)), "test.people", str(first.pk), "ill")
    assert caught.value.code == "access.not_yours"


def test_a_value_outside_ones_area_is_not_revealed(people: Table) -> None:
    with pytest.raises(Refusal) as caught:
        reveal_value(_viewer((MASKING, GRID)), "test.people", str(Account.objects.get(username="p3").pk), "phone")
    assert caught.value.code == "table.no_row"


def _reveal(actor: Actor, **more: str) -> dict[str, Any]:
    row = Account.objects.get(username="p0")
    return run(actor, "privacy.reveal_value", {"table": "test.people", "row_id": str(row.pk), "column": "phone",
                                               "reason": "联系转运", **more})  # fmt: skip


def test_a_reveal_needs_a_reason_and_the_right_to_reveal(people: Table, cast: dict[str, Actor]) -> None:
    looker = replace(_viewer((MASKING, GRID)), account_id=cast["duty"].account_id)
    with pytest.raises(Refusal) as caught:
        _reveal(looker, reason="")
    assert caught.value.field == "reason"
    without = Role("r", T, ("test.people",), {PrivacyClass.CONTACT: Level.MASKED})
    with pytest.raises(Refusal) as caught:
        _reveal(replace(looker, grants=(Held(without, GRID),)))
    assert caught.value.code == "access.not_yours"
    assert not Reveal.objects.exists()


def test_a_reveal_is_logged_ends_after_five_minutes_and_is_never_stored(
    people: Table, cast: dict[str, Actor], moment: datetime
) -> None:
    looker = replace(_viewer((MASKING, GRID)), account_id=cast["duty"].account_id)
    told = _reveal(looker)
    assert told == {"value": PHONE, "until": (moment + timedelta(minutes=5)).isoformat()}
    [look] = Reveal.objects.all()
    assert (look.column, look.reason, look.until) == ("phone", "联系转运", moment + timedelta(minutes=5))
    line = AuditLine.objects.get()
    assert line.action == "privacy.reveal_value"
    assert PHONE not in str(line.details)


# pages

VALUES = st.tuples(
    st.none() | st.integers(0, 3),
    st.integers(0, 2),
    st.sampled_from(["", "a", "b", "乙", "甲", "A"]),
    st.booleans(),
)


@pytest.mark.parametrize("sort", ["started_at", "-started_at", "done", "-done", "name", "-name", "-cancel_asked", ""])
@given(rows=st.lists(VALUES, max_size=20), limit=st.integers(1, 7))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_join_without_gaps_or_repeats(jobs: Table, sort: str, rows: list[Any], limit: int) -> None:
    Job.objects.all().delete()
    Job.objects.bulk_create(
        _job(name=name, done=done, cancel_asked=asked,
             started_at=None if hour is None else datetime(2020, 2, 3, hour, tzinfo=UTC))
        for hour, done, name, asked in rows
    )  # fmt: skip
    viewer, seen, after = _viewer((SEEING, GRID)), [], ""
    whole = [row["id"] for row in read_all(viewer, "test.jobs", Query(sort=sort))]
    while True:
        page = read(viewer, "test.jobs", Query(sort=sort, limit=limit, after=after))
        assert len(page.rows) <= limit
        seen += [row["id"] for row in page.rows]
        if page.next is None:
            break
        after = page.next
    assert seen == whole
    assert len(seen) == len(rows)


def test_a_row_that_comes_in_between_shifts_no_page(jobs: Table) -> None:
    Job.objects.bulk_create(_job(name=f"n{number}") for number in range(6))
    viewer = _viewer((SEEING, GRID))
    first = read(viewer, "test.jobs", Query(sort="name", limit=3))
    _job(name="n00").save()
    second = read(viewer, "test.jobs", Query(sort="name", limit=3, after=first.next or ""))
    assert [row["cells"]["name"] for row in second.rows] == ["n3", "n4", "n5"]


HOSTILE = [
    "x", "====", "%00", "\x00", "null", "[]", "k1:AAAA", "k1.AAAA", "k9." + "A" * 40, "甲", "A" * 10_000,
    base64.urlsafe_b64encode(orjson.dumps(["x", "0"])).decode(),
    base64.urlsafe_b64encode(orjson.dumps([{"a": 1}, [1]])).decode(),
]  # fmt: skip


@pytest.mark.parametrize("after", HOSTILE, ids=range(len(HOSTILE)))
def test_a_made_up_page_marker_is_refused(jobs: Table, after: str) -> None:
    assert _refused(_viewer((SEEING, GRID)), "test.jobs", after=after) == "table.bad_cursor"


def test_a_page_marker_of_another_sort_or_table_is_refused(jobs: Table, people: Table) -> None:
    Job.objects.bulk_create(_job(name=f"n{number}") for number in range(3))
    viewer = _viewer((SEEING, GRID))
    marker = read(viewer, "test.jobs", Query(sort="name", limit=1)).next or ""
    assert _refused(viewer, "test.jobs", sort="-name", after=marker) == "table.bad_cursor"
    assert _refused(viewer, "test.jobs", sort="done", after=marker) == "table.bad_cursor"
    assert _refused(viewer, "test.people", after=marker) == "table.bad_cursor"


# filters


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("done", "x"), ("done", "1.5"), ("done", "9" * 30), ("done__in", "1,x"), ("started_at", "yesterday"),
        ("started_at__gte", "2020-13-45"), ("started_at__lte", "0001-01-01"),
        ("started_at", "9999-12-31T23:59:59+00:00"),
        ("cancel_asked", "maybe"), ("account_id", "x"), ("account_id", "a-b"), ("name", "\x00"), ("id", "x"),
        ("id__in", "1,\x00"), ("name__contains", "\u202e"),
    ],
)  # fmt: skip
def test_a_filter_value_of_the_wrong_kind_is_refused(jobs: Table, key: str, text: str) -> None:
    assert _refused(_viewer((SEEING, GRID)), "test.jobs", where={key: text}) == "table.bad_value"


@pytest.mark.parametrize(
    "key", ["body", "error", "nothing", "name__regex", "name__startswith", "pk", "area_path__gte", "", "__"]
)
def test_only_declared_columns_and_known_comparisons_filter(jobs: Table, key: str) -> None:
    assert _refused(_viewer((SEEING, GRID)), "test.jobs", where={key: "x"}) == "table.unknown_column"


@pytest.mark.parametrize("sort", ["body", "account_id", "nothing", "--name", "pk; drop"])
def test_only_declared_columns_sort(jobs: Table, sort: str) -> None:
    assert _refused(_viewer((SEEING, GRID)), "test.jobs", sort=sort) == "table.unknown_column"


def test_a_search_of_a_thousand_letters_is_refused(people: Table) -> None:
    assert _refused(_viewer((SEEING, GRID)), "test.people", search="王" * 201) == "table.bad_value"


def test_filters_compare_numbers_days_choices_and_emptiness(jobs: Table) -> None:
    Job.objects.bulk_create(
        [_job(name="a", done=1), _job(name="b", done=5, started_at=datetime(2020, 2, 3, 15, 59, tzinfo=UTC)),
         _job(name="c", done=9, started_at=datetime(2020, 2, 3, 16, tzinfo=UTC))]
    )  # fmt: skip
    for where, names in (
        ({"done__gte": "5"}, "bc"), ({"done__in": "1,9"}, "ac"), ({"started_at": ""}, "a"), ({"name": "b"}, "b"),
        ({"started_at__lte": "2020-02-03"}, "b"), ({"started_at__gte": "2020-02-04"}, "c"),
        ({"started_at__gte": "2020-02-04 00:00"}, "c"), ({"done__lt": "5", "name__contains": "A"}, "a"),
    ):  # fmt: skip
        rows = read(_viewer((SEEING, GRID)), "test.jobs", Query(where=where, sort="name")).rows
        assert "".join(row["cells"]["name"] for row in rows) == names, where


def test_a_count_is_told_up_to_its_bound(jobs: Table) -> None:
    Job.objects.bulk_create(_job(name="a") for _ in range(4))
    assert read(_viewer((SEEING, GRID)), "test.jobs", Query(limit=1, count=True)).count == 4


# downloads


def test_a_download_is_masked_and_no_cell_is_a_formula(people: Table) -> None:
    Account.objects.filter(username="p0").update(name='=HYPERLINK("http://x","y")', title="+1+cmd|' /C calc'!A0")
    sheet = load_workbook(workbook(_viewer((SEEING, GRID)), "test.people", Query())).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows(min_row=3) for cell in row]
    assert '=HYPERLINK("http://x","y")' in {cell.value for cell in cells}
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    masked = load_workbook(workbook(_viewer((MASKING, GRID)), "test.people", Query())).active
    assert masked is not None
    shown = [cell.value for row in masked.iter_rows() for cell in row]
    assert "138****5678" in shown
    assert not {PHONE, "王小1", "咳嗽"} & set(shown)
    assert "测试 下载" in str(masked["A1"].value)


def test_no_file_shows_a_name_that_the_screen_shows(declaring: None, county: str) -> None:
    Account.objects.create(username="p0", name="王小明", phone=PHONE, home_area=GRID)
    table(
        Table(
            name="test.people", title=T, rows=lambda viewer: Account.objects.filter(username="p0"), area="home_area",
            sort="username", columns=(Column("name", T, privacy=PrivacyClass.NAME, mask=mask_name),),
        )
    )  # fmt: skip
    viewer = _viewer((_role(name=Level.CLEAR), GRID))
    assert _cells(viewer, "name") == ["王小明"]
    sheet = load_workbook(workbook(viewer, "test.people", Query())).active
    assert sheet is not None
    assert sheet["A3"].value == "王*明"


@pytest.mark.parametrize("title", ["a/b", "[x]", "甲" * 40, "'x'", "", "*?:\\"])
def test_every_title_makes_a_sheet(title: str) -> None:
    assert 0 < len(sheet_name(title)) <= 31
    assert not set("[]:*?/\\") & set(sheet_name(title))


def test_a_table_is_declared_once_and_under_a_proper_name(people: Table) -> None:
    for wrong in (
        people,
        replace(people, name="People"),
        replace(people, name="test.x", columns=(Column("a", T, "odd"),)),
    ):
        with pytest.raises(ValueError):
            table(wrong)
    assert "test.x" not in TABLES
