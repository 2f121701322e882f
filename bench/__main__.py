"""The menu: `python -m bench [names] [--people N]` on the PostgreSQL of LIANFANG_DATABASE_URL."""

from __future__ import annotations

import argparse
import compileall
import importlib
import os
import sys
import sysconfig
import tempfile
from pathlib import Path

import lianfang

BENCHES = {
    "facts": "readings through the HTTP door, 32 clients, beside a bare view",
    "board": "gap board and coverage of the county",
    "lists": "list pages at any depth, beside OFFSET",
    "grid": "a thousand rows of a grid saved and taken back",
    "report": "the daily report of the county",
    "intake": "a messy workbook of 100,000 rows beside django-import-export, and a million on both databases",
    "badinput": "every kind of bad file: how long until the answer, and in how much memory",
    "sheets": "other people's sheets: 40 columns with 10,000 rows, and every village's as a zip",
    "places": "the place resolver",
    "identity": "the identity number check",
    "linkage": "which rows are one person: Febrl 1 and 2, and a long list against the register",
    "registers": "a newer division register: looked at, taken over and given back by the whole county",
    "roster": "a county's duty roster beside a perfect one, and nurse rosters of others",
    "audit": "verifying the audit chains",
    "phone": "the field app on a slow phone, and the taps of its commonest jobs",
    "permits": "judging a permit on a slow phone, from the text of its code to the answer",
    "phones": "200 phones with a day's work at once, on PostgreSQL and SQLite, while the console is in use",
    "kills": "a server killed again and again during uploads, on PostgreSQL and SQLite",
    "gates": "a county's day at 600 gates by phones on bad lines, and a month of it held",
    "start": "the first start with the demo county, and the second",
}
FULL_COUNTY = 283_000


def main() -> int:
    """Run the benches in order; returns 1 when a goal was missed."""
    given = _arguments()
    if not os.environ.get("LIANFANG_DATABASE_URL", "").startswith("postgres"):
        print("PostgreSQL is needed: run `make bench`, or set LIANFANG_DATABASE_URL.", file=sys.stderr)
        return 2
    # as it is installed: a shell that keeps Python from writing this down would have each process compile it anew
    for part in (Path(lianfang.__file__).parent, Path(sysconfig.get_path("purelib"))):
        compileall.compile_dir(part, quiet=2)
    with tempfile.TemporaryDirectory(prefix="lianfang-bench-") as folder:
        os.environ.setdefault("LIANFANG_VAR", folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "lianfang.config.settings"
        return _run(given.names or list(BENCHES), given.people)


def _arguments() -> argparse.Namespace:
    menu = "\n".join(f"  {name:<9} {what}" for name, what in BENCHES.items())
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=f"{__doc__}\n\n{menu}", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[*BENCHES, []], help="what to measure; all without")
    parser.add_argument("--people", type=int, default=FULL_COUNTY, help="size of the county; the goals are for 283,000")
    return parser.parse_args()


def _run(names: list[str], people: int) -> int:
    import django

    django.setup()
    from bench import figures
    from bench.county import prepare
    from lianfang.config.settling import settle

    settle()  # as every process of the program does, so that what is measured beside ours has it too
    made = prepare(people)
    figures.tell("county", "people", made.people, "people", households=made.households, orders=made.orders,
                 made_in_seconds=made.seconds)  # fmt: skip
    for name in names:
        print(f"{name}: {BENCHES[name]}", file=sys.stderr, flush=True)
        importlib.import_module(f"bench.{name}").run(made)
    for line in figures.MISSED:
        print(f"missed  {line}", file=sys.stderr)
    return 1 if figures.MISSED else 0


if __name__ == "__main__":
    sys.exit(main())
