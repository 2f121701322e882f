"""A day's work handed from phone to phone: refused from who is no party, may not, or comes late; then kept once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from lianfang.config.demo.cast import GRID, NEIGHBOUR_GRID, VILLAGE
from lianfang.domain.organisation.models import DayHandOver
from lianfang.foundation.access.actor import actor_for
from lianfang.foundation.access.models import Grant
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.actions.running import run
from lianfang.foundation.devices.cards import issue_card
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel import clock
from lianfang.kernel.errors import Refusal
from tests.sync.papers import Signer

pytestmark = pytest.mark.django_db
AT = datetime(2020, 2, 3, 1, 0, tzinfo=UTC)
ACT = "organisation.hand_over_day"


@pytest.fixture
def hand(accounts: Any, moment: Any) -> Callable[..., str]:
    """Return the word of the grid worker's phone that the grid's work goes to somebody."""

    def write(to: str = "neighbour", giver: str = "grid", path: str = GRID, **other: Any) -> str:
        signer = Signer()
        paths = other.pop("paths", [accounts[giver].home_area])
        until = other.pop("card_until", date(2020, 2, 10))
        card = issue_card(accounts[giver].pk, accounts[giver].name, "phone-a", paths, signer.public, until)
        return signer.hand_over(card, accounts[to].pk, path, at=other.pop("at", AT), **other)

    return write


def refused(actor: Any, text: str) -> str:
    with pytest.raises(Refusal) as no:
        run(actor, ACT, {"handing": text})
    assert DayHandOver.objects.count() == 0
    return no.value.code


def may_work(accounts: Any, who: str, path: str, on: date = date(2020, 2, 3)) -> bool:
    return actor_for(accounts[who], on=on, door="sync").may("screening.record_visit", path)


def test_what_was_changed_is_refused(cast: Any, hand: Any) -> None:
    text = hand()
    assert refused(cast["neighbour"], text[:-4] + "AAAA") == "organisation.handing_unreadable"


def test_who_is_no_party_to_it_may_not_report_it(cast: Any, hand: Any) -> None:
    assert refused(cast["doctor"], hand()) == "organisation.handing_of_others"


def test_who_does_no_field_work_takes_over_nothing(cast: Any, hand: Any, accounts: Any) -> None:
    assert refused(cast["grid"], hand("desk")) == "organisation.taker_may_not"
    assert not may_work(accounts, "desk", GRID)


def test_nobody_hands_over_an_area_that_is_not_on_the_card(cast: Any, hand: Any) -> None:
    assert refused(cast["neighbour"], hand(path=VILLAGE)) == "organisation.giver_may_not"
    assert refused(cast["doctor"], hand("doctor", path=NEIGHBOUR_GRID)) == "organisation.giver_may_not"


def test_nobody_hands_over_what_they_have_lost_since(cast: Any, hand: Any, accounts: Any) -> None:
    text = hand()
    with writing():
        Grant.objects.filter(account=accounts["grid"]).update(ended_at=AT)
    assert refused(cast["neighbour"], text) == "organisation.giver_may_not"


def test_more_than_a_day_is_no_day(cast: Any, hand: Any) -> None:
    assert refused(cast["neighbour"], hand(hours=25)) == "organisation.handing_too_long"
    assert refused(cast["neighbour"], hand(at=AT + timedelta(hours=13))) == "organisation.handing_too_long"


def test_a_card_that_ran_out_hands_over_nothing(cast: Any, hand: Any) -> None:
    assert refused(cast["neighbour"], hand(card_until=date(2020, 2, 2))) == "organisation.handing_expired"


def test_a_report_that_comes_weeks_late_is_refused(cast: Any, hand: Any) -> None:
    text = hand()
    with clock.fixed(AT + timedelta(days=8)):
        assert refused(cast["neighbour"], text) == "organisation.handing_expired"


def test_the_taker_works_in_the_area_until_the_day_is_over(cast: Any, hand: Any, accounts: Any) -> None:
    assert not may_work(accounts, "neighbour", GRID)
    run(cast["neighbour"], ACT, {"handing": hand()})
    assert may_work(accounts, "neighbour", GRID)
    assert not may_work(accounts, "neighbour", VILLAGE + "002")
    assert not may_work(accounts, "neighbour", GRID, date(2020, 2, 5))


def test_both_may_report_it_and_it_is_kept_once(cast: Any, hand: Any) -> None:
    text = hand()
    first = run(cast["grid"], ACT, {"handing": text})
    second = run(cast["neighbour"], ACT, {"handing": text})
    assert first["id"] == second["id"]
    assert DayHandOver.objects.count() == 1
    assert Grant.objects.filter(purpose__startswith="代班").count() == 1


def test_a_late_report_opens_the_area_for_the_day_it_comes(cast: Any, hand: Any, accounts: Any) -> None:
    text = hand()
    with clock.fixed(AT + timedelta(days=3)):
        run(cast["neighbour"], ACT, {"handing": text})
    assert may_work(accounts, "neighbour", GRID, date(2020, 2, 6))
    assert not may_work(accounts, "neighbour", GRID, date(2020, 2, 7))


def test_nobody_gets_more_than_either_may_do(cast: Any, hand: Any, accounts: Any) -> None:
    run(cast["secretary"], ACT, {"handing": hand("neighbour", giver="secretary", path=VILLAGE)})
    actor = actor_for(accounts["neighbour"], on=date(2020, 2, 3), door="sync")
    assert actor.may("screening.record_visit", VILLAGE)
    assert not actor.may("observation.confirm_release", VILLAGE)


def test_what_was_taken_over_for_a_day_is_not_handed_on(cast: Any, hand: Any, accounts: Any) -> None:
    run(cast["neighbour"], ACT, {"handing": hand()})
    stand_in = actor_for(accounts["neighbour"], on=date(2020, 2, 3), door="sync")
    with pytest.raises(Refusal, match=r"organisation\.giver_may_not"):
        run(stand_in, ACT, {"handing": hand("doctor", giver="neighbour", paths=[GRID])})
    assert DayHandOver.objects.count() == 1


def test_who_works_there_already_gets_no_second_right(cast: Any, hand: Any) -> None:
    run(cast["doctor"], ACT, {"handing": hand("doctor")})
    assert DayHandOver.objects.get().grant is None
    assert not Grant.objects.filter(purpose__startswith="代班").exists()


def test_the_secretary_ends_it_before_its_time(cast: Any, hand: Any, accounts: Any) -> None:
    made = run(cast["neighbour"], ACT, {"handing": hand()})
    with pytest.raises(Refusal):
        run(cast["desk"], "organisation.end_day_hand_over", {"hand_over_id": made["id"]})
    run(cast["secretary"], "organisation.end_day_hand_over", {"hand_over_id": made["id"]})
    assert not may_work(accounts, "neighbour", GRID)
    with pytest.raises(Refusal) as no:
        run(cast["secretary"], "organisation.end_day_hand_over", {"hand_over_id": made["id"]})
    assert no.value.code == "organisation.no_day_hand_over"


def test_the_village_sees_who_stood_in_for_whom(cast: Any, hand: Any) -> None:
    run(cast["neighbour"], ACT, {"handing": hand()})
    [row] = read(cast["secretary"], "organisation.day_hand_overs", Query()).rows
    assert (row["cells"]["from_name"], row["cells"]["to_name"], row["cells"]["households"]) == ("赵网格", "钱邻村", 3)
    with pytest.raises(Refusal):
        read(cast["outsider"], "organisation.day_hand_overs", Query())
