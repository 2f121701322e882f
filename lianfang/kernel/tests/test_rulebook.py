"""Packs are refused when a number has no source, a word is not read, or a key is said twice."""

import pytest

from lianfang.kernel.errors import Refusal
from lianfang.kernel.rulebook import PRODUCT, PRODUCT_SOURCE, assemble, parse_packs, shipped

PACK = """
profile: measles
name: {{zh: 麻疹, en: Measles}}
keys:
  cluster_min_cases: {{zh: 最少病例数, en: Fewest cases, unit: cases, stricter: lower}}
editions:
  - edition: "1"
    from_on: 2023-01-01
    {rest}
"""


def refused(text):
    with pytest.raises(Refusal) as error:
        assemble(parse_packs(text))
    assert error.value.code == "rulebook.bad_pack"
    return error.value.message.en


@pytest.mark.parametrize(
    ("rest", "says"),
    [
        ("values: {cluster_min_cases: 2}", "no source"),
        ("source: notice\n    values: {made_up_key: 2}", "not declared"),
        (
            "source: notice\n    values: {cluster_min_cases: {value: 2, note: {zh: 甲, en: a}, verfied: true}}",
            "not read",
        ),
        ("source: notice\n    values: {cluster_min_cases: 2, cluster_min_cases: 3}", "written twice"),
        ("source: notice", "no values"),
        ("source: [", "cannot be read"),
        ("source: notice\n    from_on: soon\n    values: {cluster_min_cases: 2}", "written twice"),
    ],
)
def test_a_pack_with_a_fault_is_refused(rest, says):
    assert says in refused(PACK.format(rest=rest))


def test_a_date_that_is_no_date_is_refused():
    assert "no date" in refused(
        PACK.format(rest="source: x\n    values: {}")
        .replace("2023-01-01", "soon")
        .replace("{}", "{cluster_min_cases: 1}")
    )


def test_the_same_profile_twice_is_refused():
    text = PACK.format(rest="source: notice\n    values: {cluster_min_cases: 2}")
    assert "twice" in refused(text + "---" + text)


def test_yaml_that_builds_objects_is_refused():
    refused("profile: !!python/object/apply:os.getcwd []")


def test_every_shipped_value_says_where_it_comes_from():
    book = shipped()
    assert {"covid19", "aedes", PRODUCT} <= set(book.packs)
    for values in book.values.values():
        for value in values:
            assert value.source
            assert value.edition
            assert (value.kind == "default") == (value.source == PRODUCT_SOURCE), value.key
            assert value.as_dict()["key"] == value.key


def test_every_shipped_key_is_used_and_named_in_two_languages():
    book = shipped()
    assert {key for _, key in book.values} == set(book.keys)
    assert all(key.label.zh and key.label.en for key in book.keys.values())


def test_a_disease_without_its_own_value_takes_the_products_default():
    assert shipped().editions("norovirus", "observation.slots")[0].kind == "default"
    assert shipped().editions("covid19", "fever_threshold_c")[0].kind == "published"
