"""Rows of a list held against the register by the intake's own way: names heard, written and typed wrongly."""

from __future__ import annotations

import random
from datetime import date, datetime
from typing import Any

import pytest

from lianfang.config.demo.cast import COUNTY, GRID, NEIGHBOUR_GRID, VILLAGE
from lianfang.domain.people.queries import persons_within
from lianfang.domain.people.tests.conftest import number
from lianfang.domain.screening.actions.receiving import LEADS
from lianfang.domain.screening.models.leads import Lead, MatchProposal
from lianfang.domain.screening.tests.test_leads import receive, refused, row
from lianfang.foundation.access.actor import Actor
from lianfang.foundation.actions.running import run
from lianfang.foundation.intake.targets import Row, RowMatch, Rows
from lianfang.foundation.tables.reading import Query, read
from lianfang.kernel.identity import check

pytestmark = pytest.mark.django_db

ON = date(2020, 2, 1)


def register(cast: dict[str, Actor], name: str, **more: Any) -> str:
    given = {"area_path": more.pop("area_path", GRID), "name": name, **more}
    return str(run(cast["system"], "people.add_person", given)["id"])


def found(name: str, path: str = GRID, **values: Any) -> RowMatch:
    told = {"name": name, "phone": [], **values}
    return LEADS.match(Rows.of([Row(2, told, path, "resolved")]), COUNTY, ON)[0]


@pytest.mark.parametrize(
    ("registered", "written", "evidence"),
    [
        ({"name": "章建国", "born_on": "1962-03-15"}, {"name": "张建国", "age": 57},
         ("name_sounds_same", "village_same", "age_agrees")),
        ({"name": "王志强"}, {"name": "志强王"}, ("name_turned", "village_same")),
        ({"name": "李小晴", "born_on": "1980-01-02"}, {"name": "李小睛", "born_on": date(1980, 1, 2)},
         ("name_looks_same", "village_same", "age_agrees")),
        ({"name": "王志强", "born_on": "1980-01-12"}, {"name": "王志强", "born_on": date(1980, 1, 21)},
         ("name_same", "village_same", "birth_slip")),
        ({"name": "王志强", "born_on": "1980-03-08"}, {"name": "王志强", "born_on": date(1980, 8, 3)},
         ("name_same", "village_same", "birth_slip")),
        ({"name": "王未", "phone": "13812345678"}, {"name": "王末", "phone": ["13812345678"]},
         ("phone_same", "name_looks_same", "village_same")),
    ],
)  # fmt: skip
def test_whoever_is_miswritten_on_a_list_is_found_with_the_evidence(
    cast: dict[str, Actor], moment: datetime, registered: Any, written: Any, evidence: tuple[str, ...]
) -> None:
    person = register(cast, **registered)
    match = found(**written)
    assert (match.level, match.ids, match.evidence) == ("probable", (person,), (evidence,))


def test_15_and_18_digits_are_one_person(cast: dict[str, Actor], moment: datetime) -> None:
    whole = number("001", "19620315")
    person = register(cast, "张建国", identity_number=whole)
    short = check(whole[:6] + whole[8:17], today=ON).normal
    match = found("张建国", identity_number=short)
    assert (match.level, match.ids) == ("exact", (person,))


def test_whoever_sounds_alike_elsewhere_or_at_another_age_is_somebody_else(
    cast: dict[str, Actor], moment: datetime
) -> None:
    register(cast, "章建国", area_path=NEIGHBOUR_GRID)
    register(cast, "张建果", born_on="1990-01-01")
    assert found("张建国", age=57).level == "new"
    # a slip in the name and another in the day of birth
    assert found("张建国", born_on=date(1990, 1, 10)).level == "new"


def test_of_several_each_tells_its_own_evidence_the_likeliest_first(cast: dict[str, Actor], moment: datetime) -> None:
    turned, same = register(cast, "志强王"), register(cast, "王志强")
    match = found("王志强")
    assert match.ids == (same, turned)
    assert [each[0] for each in match.evidence] == ["name_same", "name_turned"]


def test_a_portion_asks_as_many_questions_as_one_row(
    cast: dict[str, Actor], moment: datetime, django_assert_num_queries: Any
) -> None:
    register(cast, "章建国", born_on="1962-03-15")
    rows = [row(n, GRID, name="张建国", born_on=date(1962, 3, 15)) for n in range(2, 60)]
    rows += [row(60, GRID, name="赵无此人", born_on=date(1962, 3, 15))]
    with django_assert_num_queries(3):  # phones, sounds, days of birth
        LEADS.match(Rows.of(rows), COUNTY, ON)


SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗", "建国秀英桂志文玉春明丽军洋勇艳杰娟涛红梅晓静伟芳"
HEARD = {"伟": "维", "建": "剑", "国": "果", "志": "智", "文": "闻", "明": "鸣", "丽": "莉", "军": "君", "秀": "绣"}
SEEN = {"红": "江", "梅": "海", "洋": "祥", "娟": "捐", "静": "净", "晓": "骁", "未": "末"}


def _swapped(name: str, signs: dict[str, str]) -> str:
    letter = next((one for one in name[1:] if one in signs), None)
    return name[0] + name[1:].replace(letter, signs[letter], 1) if letter else ""


SLIPS = (
    lambda name: _swapped(name, HEARD),
    lambda name: _swapped(name, SEEN),
    lambda name: name[1:] + name[0],
)  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
def test_made_up_people_are_found_however_their_names_were_miswritten(
    cast: dict[str, Actor], moment: datetime, seed: int
) -> None:
    draw = random.Random(seed)
    people = [
        {"area_path": f"{draw.choice((VILLAGE, NEIGHBOUR_GRID[:12]))}001",
         "name": draw.choice(SURNAMES) + draw.choice(GIVEN) + draw.choice(GIVEN),
         "born_on": f"{draw.randint(1940, 2010)}-{draw.randint(1, 12):02d}-{draw.randint(1, 28):02d}"}
        for _ in range(600)
    ]  # fmt: skip
    run(cast["system"], "people.add_many", {"batch": "made-up", "persons": people})
    ids = {(one.name, str(one.born_on)): str(one.pk) for one in persons_within()}
    rows, true = [], []
    for place, who in enumerate(draw.sample(people, 300)):
        if name := SLIPS[place % len(SLIPS)](who["name"]):
            told = {"name": name, "phone": [], "born_on": date.fromisoformat(who["born_on"])}
            rows.append(Row(len(rows) + 2, told, who["area_path"], "resolved"))
            true.append(ids[who["name"], who["born_on"]])
    matches = LEADS.match(Rows.of(rows), COUNTY, ON)
    right = sum(one in match.ids for one, match in zip(true, matches, strict=True))
    proposed = sum(len(match.ids) for match in matches)
    assert len(true) > 150
    assert right / len(true) >= 0.95
    assert right / proposed >= 0.95


# --- decided, put off, taken back --------------------------------------------------------------------------------


@pytest.fixture
def proposal(cast: dict[str, Actor], moment: datetime) -> MatchProposal:
    for name in ("志强王", "王志强"):
        register(cast, name)
    receive(moment, row(2, GRID, name="王志强"))
    return MatchProposal.objects.get(rank=0)


def standing() -> list[Any]:
    lead = Lead.objects.values("state", "person_id", "match_level").get()
    columns = ("pk", "decision", "decided_at", "decided_by", "later_at")
    return [lead, *MatchProposal.objects.order_by("pk").values(*columns)]


def queue(actor: Actor) -> list[str]:
    rows = read(actor, "screening.match_proposals", Query(where={"decision": "open"}, sort="turn")).rows
    return [one["id"] for one in rows]


@pytest.mark.parametrize("action", ["decide_match", "postpone_match", "take_up_match", "reopen_match"])
def test_a_neighbour_decides_nothing(cast: dict[str, Actor], proposal: MatchProposal, action: str) -> None:
    asked = {"proposal_id": str(proposal.pk), **({"same": True} if action == "decide_match" else {})}
    assert refused(cast["neighbour"], f"screening.{action}", asked).code == "access.not_yours"


@pytest.mark.parametrize("action", ["postpone_match", "take_up_match", "reopen_match"])
def test_a_match_that_is_not_there_is_refused(cast: dict[str, Actor], moment: datetime, action: str) -> None:
    asked = {"proposal_id": "018f0000-0000-7000-8000-000000000000"}
    assert refused(cast["town"], f"screening.{action}", asked).code == "screening.unknown_proposal"


def test_only_what_was_decided_is_reopened_and_only_what_is_open_put_off(
    cast: dict[str, Actor], proposal: MatchProposal
) -> None:
    asked = {"proposal_id": str(proposal.pk)}
    for action in ("reopen_match", "take_up_match"):
        assert refused(cast["town"], f"screening.{action}", asked).code == "screening.unknown_proposal"
    run(cast["town"], "screening.decide_match", {**asked, "same": False})
    assert refused(cast["town"], "screening.postpone_match", asked).code == "screening.unknown_proposal"


@pytest.mark.parametrize("same", [True, False])
def test_a_decision_and_what_went_with_it_is_taken_back(
    cast: dict[str, Actor], proposal: MatchProposal, same: bool
) -> None:
    before, waiting = standing(), queue(cast["town"])
    undo = run(cast["town"], "screening.decide_match", {"proposal_id": str(proposal.pk), "same": same})["undo"]
    assert queue(cast["town"]) == ([] if same else waiting[1:])
    run(cast["town"], undo["action"], undo["input"])
    assert (standing(), queue(cast["town"])) == (before, waiting)


def test_a_decision_that_a_lead_was_answered_on_stands(cast: dict[str, Actor], proposal: MatchProposal) -> None:
    asked = {"proposal_id": str(proposal.pk)}
    run(cast["town"], "screening.decide_match", {**asked, "same": True})
    lead = str(proposal.lead_id)
    run(cast["grid"], "screening.answer_lead", {"lead_id": lead, "outcome": "wrong_info", "note": "无此人"})
    assert refused(cast["town"], "screening.reopen_match", asked).code == "screening.match_answered"


def test_a_match_put_off_comes_last_and_taken_up_first(cast: dict[str, Actor], proposal: MatchProposal) -> None:
    first, second = queue(cast["town"])
    undo = run(cast["town"], "screening.postpone_match", {"proposal_id": first})["undo"]
    assert queue(cast["town"]) == [second, first]
    run(cast["town"], undo["action"], undo["input"])
    assert queue(cast["town"])[0] == first
