"""Places: what stays without a code and why, then the many ways of writing a village."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.kernel.errors import Refusal
from lianfang.kernel.places import Register, areas_within, canonical, resolve, resolve_lines
from lianfang.kernel.places.components import radical, radicals_of_part, taken_apart
from lianfang.kernel.places.register import aliases
from lianfang.kernel.places.writing import town_base, village_base
from lianfang.kernel.tests.cases import shared

SEED_COUNTIES = ["140826", "350626", "371521", "410602", "410603", "410611", "410621", "410622", "430302"]
DIRECTIONS = "东西南北前后大小"


@pytest.mark.parametrize("case", shared("places")["cases"], ids=lambda case: f"{case['within']} {case['text']}")
def test_every_shared_case_comes_out_as_written(case):
    found = resolve(case["text"], case["within"])
    assert (found.code, [one.code for one in found.candidates]) == (case["code"], case["candidates"])


@pytest.mark.parametrize("code", ["", "99", "371599", "abc", "3715210", "371521999", "999999999999"])
def test_a_scope_that_is_not_in_the_register_is_refused(code):
    with pytest.raises(Refusal) as caught:
        Register.open(code)
    assert caught.value.code == "area.unknown_code"
    assert caught.value.status == 404


@pytest.mark.parametrize(
    "text",
    [
        "湖北省武汉市江岸区",
        "莘县董杜庄镇三教寺村",
        "河北省阎楼镇三教寺村",
        "聊城市",
        "山东省",
        "东昌府区",
        "",
        "??",
        "=SUM(A1)",
        "x" * 500,
    ],
)
def test_a_text_about_another_place_gets_no_code(text):
    assert resolve(text, "371521").code is None


def test_a_village_of_another_town_is_a_candidate_and_no_answer():
    found = resolve("阿城镇三教寺村", "371521")
    assert found.code is None
    assert "371521101208" in [one.code for one in found.candidates]


def test_a_name_that_several_villages_bear_is_ambiguous_until_the_town_is_named():
    alone = resolve("杨庄村", "371521")
    assert alone.code is None
    assert {one.code[:9] for one in alone.candidates} >= {"371521109", "371521113", "371521115"}
    assert sum(one.confidence for one in alone.candidates) < 1
    assert resolve("寿张镇杨庄村", "371521").code == "371521109216"


def test_a_village_with_another_direction_is_not_taken_for_its_sibling():
    assert resolve("古绛镇东乔野村", "140826").code is None
    assert resolve("古绛镇南乔野村", "140826").code == "140826100208"


def test_an_answer_carries_the_full_name_from_the_province_down():
    found = resolve("阎楼镇三教寺村", "371521")
    assert found.name == "三教寺村委会"
    assert found.path == "山东省/聊城市/阳谷县/阎楼镇/三教寺村委会"
    assert 0.9 < found.confidence <= 1


def test_a_doubtful_writing_is_believed_less_than_a_clear_one():
    clear, alone, slip = (resolve(text, "371521").confidence for text in ("阎楼镇三教寺村", "三教寺", "阎楼镇三叫寺村"))
    assert clear > alone > slip


def test_a_town_and_a_street_are_known_as_far_as_the_town():
    found = resolve("阎楼镇幸福路12号", "371521")
    assert found.code == "371521101"
    assert found.confidence < 0.7


def test_the_scope_may_be_a_town_a_county_or_a_city():
    for scope in ("371521101", "371521", "371521000000", "3715"):
        assert resolve("阎楼镇三教寺村", scope).code == "371521101208"
    assert resolve("阿城镇", "371521101").code is None


def test_a_city_needs_the_county_for_a_name_that_two_counties_have():
    assert resolve("王庄村", "4106").code is None
    assert resolve("浚县王庄镇", "4106").code == "410621108"


def test_codes_are_read_as_codes_only_in_scope():
    assert resolve("371521101208", "371521").code == "371521101208"
    assert resolve("371521101000", "371521").code == "371521101"
    assert resolve("140826100208", "371521").code is None


def test_a_county_without_districts_keeps_its_zeros():
    assert canonical("441900") == "441900"
    assert canonical("371500000000") == "3715"


def test_the_command_line_gets_one_line_for_each_text():
    lines = list(resolve_lines("371521", ["阎楼镇三教寺村", "莘县"]))
    assert [line["code"] for line in lines] == ["371521101208", None]
    assert set(lines[0]) == {"text", "code", "name", "path", "confidence", "candidates"}


def test_the_seed_counties_have_the_villages_that_the_articles_count():
    villages = [area for area in areas_within("371521") if area.level == "village"]
    assert sum(area.parent == "371521101" for area in villages) == 52
    assert sum(area.parent == "371521203" for area in villages) == 48
    assert sum(area.level == "village" for area in areas_within("140826")) == 198


def test_radicals_are_known_from_the_order_of_unicode():
    for character, part in (("塄", "土"), ("涑", "氵"), ("玟", "王"), ("郇", "阝"), ("确", "石")):
        assert radical(character) in radicals_of_part(part)
    assert not radicals_of_part("确")


def test_a_rare_character_outside_the_table_is_put_together_from_radical_and_sound():
    assert not taken_apart("澳角")
    assert resolve("陈城镇水奥角村", "350626").code == "350626104213"
    assert resolve("陈城镇木奥角村", "350626").code is None


def own_name(area):
    base, kind = village_base(area.name)
    return base if base.endswith("村") else base + {"village": "村", "community": "社区", "other": ""}[kind]


def writings_of(area, town, above, rng):
    name, base = own_name(area), village_base(area.name)[0]
    county, city, province = above
    return [
        town.name + name,
        province + city + county + town.name + area.name,
        town.name + base,
        town_base(town.name) + name,
        town_base(town.name) + rng.choice(["镇", "乡", "街道", "街道办事处"]) + name,
        county + town.name + name + rng.choice(["3组", "12号", "二组15号", "第五村民小组"]),
        f" {county} {town.name}，{name}。",
        *(town.name + apart + "村" for apart in taken_apart(base)[:2]),
    ]


def sampled(county, rng, most=80):
    areas = list(areas_within(county))
    towns = {area.code: area for area in areas if area.level == "town"}
    villages = [area for area in areas if area.level == "village" and "虚拟" not in area.name]
    shared_names = [(area.parent, village_base(area.name)[0]) for area in villages]
    single = [area for area, name in zip(villages, shared_names, strict=True) if shared_names.count(name) == 1]
    return [(area, towns[area.parent]) for area in rng.sample(single, min(most, len(single)))]


def test_over_two_thousand_writings_of_nine_counties_nearly_all_are_found_and_none_wrongly():
    rng = random.Random(2020)
    answers = []
    for county in SEED_COUNTIES:
        register = Register.open(county)
        above = [register.path(county[:length]).split("/")[-1] for length in (6, 4, 2)]
        for area, town in sampled(county, rng):
            answers += [(area.code, register.resolve(text).code) for text in writings_of(area, town, above, rng)]
    assert len(answers) > 2000
    assert sum(found not in (None, truth) for truth, found in answers) == 0
    assert sum(found == truth for truth, found in answers) / len(answers) > 0.99


def test_villages_that_do_not_exist_are_never_found():
    rng = random.Random(2020)
    old_names = {village_base(alias.old_name)[0] for alias in aliases()}
    for county in SEED_COUNTIES:
        known = {(area.parent, village_base(area.name)[0]) for area in areas_within(county) if area.level == "village"}
        for area, town in sampled(county, rng):
            base = village_base(area.name)[0]
            sibling = rng.choice([one for one in DIRECTIONS if one != base[0]]) + base
            if (town.code, sibling) not in known and sibling not in old_names:
                assert Register.open(county).resolve(f"{town.name}{sibling}村").code is None, (town.name, sibling)


@given(st.text(max_size=60))
def test_no_text_whatever_breaks_the_resolver(text):
    found = resolve(text, "140826")
    assert found.text == text
    assert 0 <= found.confidence <= 1
    assert (found.code is None) == (found.path is None)


@given(st.text(alphabet="阎楼镇三教寺村委会社区街道办事处东西阳谷县3组号", max_size=16))
def test_an_answer_always_lies_in_its_scope(text):
    found = resolve(text, "371521101")
    assert found.code is None or found.code.startswith("371521101")
