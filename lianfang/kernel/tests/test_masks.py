"""Masks: what an unentitled eye sees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.kernel.masks import mask_address, mask_digits, mask_identity, mask_name, mask_phone


@pytest.mark.parametrize(
    ("name", "shown"), [("王小明", "王*明"), ("王明", "王*"), ("欧阳小明", "欧**明"), ("王", "*"), ("", "")]
)
def test_a_name_shows_its_ends(name, shown):
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [("13812345678", "138****5678"), ("0635-6212345", "0635-*****45"), ("12345", "*****"), ("", "")],
)
def test_a_phone_shows_enough_to_recognise_it_and_not_to_dial_it(number, shown):
    assert mask_phone(number) == shown


def test_an_identity_number_shows_its_last_four():
    assert mask_identity("110101199003078670") == "**************8670"


def test_a_short_document_number_shows_nothing():
    assert mask_identity("E1234567") == "********"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("幸福小区3栋2单元501", "幸福小区3栋***"),
        ("解放路12号院3号楼501室", "解放路12号院***"),
        ("阎楼镇三教寺村12号", "阎楼镇三教寺村***"),
        ("阎楼镇三教寺村王明家", "阎楼镇三教寺村***"),
        ("阎楼镇三教寺村", "阎楼镇三教寺村"),
        ("王明隔壁", "王明***"),
        ("", ""),
    ],
)
def test_an_address_ends_at_the_building_or_the_village(address, shown):
    assert mask_address(address) == shown


@given(st.text(min_size=3, max_size=25))
def test_no_mask_shows_the_middle_of_a_name(name):
    assert set(mask_name(name)[1:-1]) == {"*"}
    assert len(mask_name(name)) == len(name)


@given(st.from_regex(r"[1-9]\d{16}[\dX]", fullmatch=True))
def test_no_mask_shows_a_birth_date(number):
    assert number[6:14] not in mask_identity(number)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("139 0000 0001", "139 **** 0001"), ("+8613900000002", "+861******0002"),
     ("110101199003078670", "110***********8670"),
     ("2020-01-24 12:30", "2020-01-24 12:30"), ("横水镇灌底堡村2组123号", "横水镇灌底堡村2组123号"), ("", "")],
)  # fmt: skip
def test_a_sample_of_a_column_shows_its_form_and_nobodys_number(text, shown):
    assert mask_digits(text) == shown
