"""Where people on duty come from, what they can do, what limits them, how far they have come. Pure; kinds are data."""

from __future__ import annotations

from lianfang.kernel.text import Bilingual, both

ORIGINS: dict[str, Bilingual] = {
    "resident_staff": both("村（社区）工作人员", "Village or community staff"),
    "cadre": both("机关干部", "Cadre of an office"),
    "medic": both("医务人员", "Medic"),
    "police": both("公安", "Police"),
    "seconded": both("抽调人员", "Seconded"),
    "volunteer": both("志愿者", "Volunteer"),
    "retired": both("退休人员", "Retired"),
    "soldier_on_leave": both("休假军人、消防员", "Soldier or firefighter on leave"),
    "student": both("返乡学生", "Student at home"),
    "other": both("其他", "Other"),
}

SKILLS: dict[str, Bilingual] = {
    "medic": both("医护", "Medical care"),
    "driving": both("驾驶", "Driving"),
    "loading": both("装卸", "Loading"),
    "accounting": both("财会", "Accounting"),
    "calligraphy": both("书法", "Calligraphy"),
    "broadcasting": both("广播宣传", "Broadcasting"),
    "sign_language": both("手语", "Sign language"),
    "foreign_language": both("外语", "A foreign language"),
    "counselling": both("心理疏导", "Counselling"),
    "disinfection": both("消杀", "Disinfection"),
    "computing": both("电脑录入", "Data entry"),
    "boat": both("驾船", "Boat handling"),
}

# what keeps somebody from a post; seen by those who post people and by nobody else (P22)
LIMITS: dict[str, Bilingual] = {
    "no_nights": both("不排夜班", "No nights"),
    "no_exposure": both("不排高风险岗位", "No high exposure"),
    "no_standing": both("不能久站", "No long standing"),
    "pregnant": both("孕期、哺乳期", "Pregnant or nursing"),
    "chronic_illness": both("慢性病", "A chronic illness"),
    "short_shifts": both("只排短班", "Short shifts only"),
}

STATES: dict[str, Bilingual] = {
    "offered": both("已报名", "Offered"),
    "screened": both("已审核", "Screened"),
    "trained": both("已培训", "Trained"),
    "assigned": both("已派岗", "Assigned"),
    "serving": both("在岗", "Serving"),
    "ended": both("已结束", "Ended"),
}
