"""An app two versions old still speaks and is understood."""

from __future__ import annotations

import pytest

from lianfang.doors.sync.shapes import SHAPES, SPOKEN_FROM, shape_of, translate

VISIT = "screening.record_visit"


@pytest.mark.parametrize("version", ["", "x", "0", "-1.0", "9999999999.1"])
def test_a_version_nobody_can_read_counts_as_the_oldest(version: str) -> None:
    assert shape_of(version) == SPOKEN_FROM[0][1]


def test_an_app_newer_than_the_server_speaks_the_newest_shape() -> None:
    assert shape_of("99.0.0") == max(SHAPES)


@pytest.mark.parametrize("given", [None, [], "text", 3])
def test_what_is_no_object_is_left_for_the_action_to_refuse(given: object) -> None:
    assert translate("0.1.0", VISIT, given) == given


def test_an_action_without_an_old_shape_passes_as_it_is() -> None:
    assert translate("0.1.0", "areas.create_grid", {"name": "x"}) == {"name": "x"}


def test_a_flat_visit_of_version_1_becomes_what_was_learnt() -> None:
    flat = {
        "household_id": "h", "campaign_id": None, "outcome": "done",
        "returnee": {"name": "王明", "from": "武汉", "on": "2020-01-23"},
        "symptoms": {"person_id": "p", "what": "咳嗽"},
        "need": {"kind": "medicine", "what": "降压药"},
        "roster": {"what": "多一人"},
    }  # fmt: skip
    assert translate("0.1.7", VISIT, flat) == {
        "household_id": "h", "campaign_id": None, "outcome": "done",
        "learnt": {
            "returnees": [{"name": "王明", "came_from": "武汉", "came_on": "2020-01-23"}],
            "symptoms": [{"person_id": "p", "what": "咳嗽"}],
            "needs": [{"kind": "medicine", "what": "降压药"}],
            "roster": {"note": "多一人"},
        },
    }  # fmt: skip


def test_a_visit_in_todays_shape_is_not_touched() -> None:
    today = {"household_id": "h", "outcome": "done", "learnt": {"symptoms": [{"person_id": "p"}]}}
    assert translate("0.1.0", VISIT, today) == today


def test_a_part_of_the_wrong_kind_stays_visible_to_the_action() -> None:
    assert translate("0.1.0", VISIT, {"returnee": "王明"}) == {"learnt": {"returnees": "王明"}}
