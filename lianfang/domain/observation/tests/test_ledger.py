"""The ledger F05 says who answers for each person at every level, on the screen, in the download and in print."""

import pytest
from openpyxl import load_workbook

from lianfang.config.demo.cast import GRID, NEIGHBOUR_VILLAGE, TOWN, VILLAGE
from lianfang.domain.incidents.queries import forget_rules
from lianfang.domain.observation.tests.county import make_incident, make_person, observed
from lianfang.foundation.access.actor import SYSTEM
from lianfang.foundation.accounts.models import Account
from lianfang.foundation.actions.guard import writing
from lianfang.foundation.actions.running import run
from lianfang.foundation.tables.downloads import workbook
from lianfang.foundation.tables.reading import Query, read

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _tenth_morning(moment):
    forget_rules()
    yield
    forget_rules()


@pytest.fixture
def person(cast):
    make_incident()
    found = make_person()
    observed(cast["secretary"], found)
    return found


@pytest.fixture
def give(accounts):
    def assign(who, kind, **target):
        given = {"account_id": str(accounts[who].pk), "kind": kind, "agreed": True, **target}
        return run(SYSTEM, "organisation.assign_responsibility", given)["id"]

    return assign


def team(cast, who="town"):
    [row] = read(cast[who], "observation.orders").rows
    return row["cells"]["team"]


def test_where_nobody_answers_nobody_is_named(cast, person, give):
    give("neighbour", "village_lead", area_path=NEIGHBOUR_VILLAGE)
    give("doctor", "doctor", area_path=GRID, starts_on="2020-03-01")
    assert team(cast) == ""


def test_every_level_is_named_nearest_first(cast, person, give):
    give("leader", "leader", area_path=TOWN)
    give("town", "contract", area_path=VILLAGE)
    give("secretary", "village_lead", area_path=VILLAGE)
    give("grid", "grid_lead", area_path=GRID)
    give("doctor", "doctor", area_path=VILLAGE)
    assert team(cast) == "县 韩县长；镇 李协调；村 王支书；网格 赵网格；医 陈村医"
    give("neighbour", "primary_contact", household_id=str(person.household_id))
    give("health", "doctor", person_id=str(person.pk))
    assert team(cast) == "县 韩县长；镇 李协调；村 钱邻村；网格 赵网格；医 梁卫健"


def test_who_left_is_not_named(cast, accounts, person, give):
    give("secretary", "village_lead", area_path=VILLAGE)
    with writing():
        Account.objects.filter(pk=accounts["secretary"].pk).update(is_active=False)
    assert team(cast) == ""


def test_the_download_names_them_and_still_masks_the_person(cast, person, give):
    give("secretary", "village_lead", area_path=VILLAGE)
    sheet = load_workbook(workbook(cast["grid"], "observation.orders", Query())).active
    head = [cell.value for cell in sheet[2]]
    row = dict(zip(head, [cell.value for cell in sheet[3]], strict=True))
    assert row["包保组"] == "村 王支书"
    assert row["姓名"] == "张*燕"
    assert team(cast, "grid") == "村 王支书"
