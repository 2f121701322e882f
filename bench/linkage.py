"""Whether two rows are one person: right and complete on Febrl 1 and 2, and a long list against a full register."""

from __future__ import annotations

import random
import time

from bench import febrl, miswritten, splinked
from bench.county import Made
from bench.figures import tell

GOAL = 0.95
LIKELY = 0.9
MOST_ALIKE = 200
ROWS = 20_000
REGISTER = 283_000


def run(made: Made) -> None:
    """Print precision, recall and F1, and the time of a list of 20,000 against 283,000 people.

    No weight is learnt with the answers. Those of Febrl 1, learnt from its rows alone, are also held against Febrl 2.
    """
    for number in (1, 2):
        _febrl(number)
    _other_weights(learnt_from=1, held_against=2)
    miswritten.run()
    _county()


def _febrl(number: int) -> None:
    from lianfang.kernel.linkage import link_within

    rows = febrl.read(number)
    started = time.perf_counter()
    found = link_within(rows, febrl.COMPARISONS, febrl.KEYS, most_alike=MOST_ALIKE)
    links = {(one.first, one.second) for one in found if one.likelihood >= LIKELY}
    _tell(f"febrl{number}", links, rows, time.perf_counter() - started)
    started = time.perf_counter()
    links = splinked.links(rows, LIKELY)
    _tell(f"febrl{number}_splink", links, rows, time.perf_counter() - started)


def _other_weights(learnt_from: int, held_against: int) -> None:
    from lianfang.kernel.linkage import learn, pairs_within, pattern_of

    first, rows = febrl.read(learnt_from), febrl.read(held_against)
    known = [pattern_of(febrl.COMPARISONS, first[one], first[other])
             for one, other in sorted(pairs_within(first, febrl.KEYS, most_alike=MOST_ALIKE))]  # fmt: skip
    started = time.perf_counter()
    model = learn(febrl.COMPARISONS, first, first, known)
    pairs = pairs_within(rows, febrl.KEYS, most_alike=MOST_ALIKE)
    links = {pair for pair in pairs
             if model.likelihood(pattern_of(febrl.COMPARISONS, rows[pair[0]], rows[pair[1]])) >= LIKELY}  # fmt: skip
    _tell(f"febrl{held_against}_by_weights_of_{learnt_from}", links, rows, time.perf_counter() - started)


def _tell(what: str, links: set[tuple[int, int]], rows: list[dict[str, str]], spent: float) -> None:
    true = febrl.true_links(rows)
    right = len(links & true)
    precision, recall = right / max(len(links), 1), right / len(true)
    f1 = 2 * right / (len(links) + len(true))
    for figure, value in (("precision", precision), ("recall", recall), ("f1", f1)):
        tell("linkage", f"{what}_{figure}", value, "share", at_least=GOAL, rows=len(rows), links=len(true),
             seconds=spent)  # fmt: skip


def _county() -> None:
    from lianfang.kernel import likeness
    from lianfang.kernel.linkage import link_between
    from lianfang.kernel.text import both

    comparisons = (likeness.chinese_name("name"), likeness.digits("born_on", both("出生日期", "date of birth")),
                   likeness.token("village", both("村（社区）", "village")))  # fmt: skip
    draw = random.Random(7)
    register = [_made_up(draw) for _ in range(REGISTER)]
    chosen = draw.sample(range(REGISTER), ROWS)
    rows = [dict(register[place]) for place in chosen]
    for row in rows[::4]:
        row["born_on"] = row["born_on"][:-2] + row["born_on"][-1] + row["born_on"][-2]
    keys = (lambda one: one["village"] + one["born_on"], lambda one: one["village"] + one["name"])
    started = time.perf_counter()
    found = link_between(rows, register, comparisons, keys, most_alike=MOST_ALIKE)
    spent = time.perf_counter() - started
    links = {(one.first, one.second) for one in found if one.likelihood >= LIKELY}
    right = len(links & set(enumerate(chosen)))
    tell("linkage", "county_list", spent, "s", rows=ROWS, register=REGISTER, compared=len(found),
         precision=right / len(links), recall=right / ROWS)  # fmt: skip


def _made_up(draw: random.Random) -> dict[str, str]:
    name = (
        draw.choice("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨")
        + draw.choice("建国秀英桂志文玉春明")
        + draw.choice("华兰芳军平")
    )
    born = f"{draw.randint(1935, 2015)}{draw.randint(1, 12):02d}{draw.randint(1, 28):02d}"
    return {"name": name, "born_on": born, "village": f"140826{draw.randint(1, 198):06d}"}
