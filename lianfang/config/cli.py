"""The command line: serve, prepare, ask and act. Everything a screen can do, `do` and `table` can do too."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from lianfang.config.settling import settle

Handler = Callable[[argparse.Namespace], int]


def _line(body: object) -> None:
    print(json.dumps(body, ensure_ascii=False, default=str))


def _lines_of(given: Sequence[str]) -> Iterable[str]:
    """Return the arguments, or without any the lines of standard input."""
    if given:
        return given
    return (line.rstrip("\r\n") for line in sys.stdin if line.strip())


def _setup(*, keys: bool = True) -> None:
    """Prepare Django. Raises `keys.lost`, `keys.foreign` where the key file does not open what the database holds."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.config.settings")
    import django

    django.setup()
    settle()
    if keys:
        from lianfang.foundation.privacy.keeping import keep_keys

        keep_keys()


def _refused(no: Any) -> int:
    print(json.dumps(no.as_dict(), ensure_ascii=False, default=str), file=sys.stderr)
    return 1


def _migrate() -> None:
    from django.core.management import call_command

    from lianfang.foundation.privacy.keeping import keep_keys

    call_command("migrate", interactive=False, verbosity=0)
    keep_keys()


def identity_check(given: argparse.Namespace) -> int:
    """Check identity numbers by GB 11643; one JSON line each."""
    from lianfang.kernel.clock import today
    from lianfang.kernel.identity import identity_lines

    for body in identity_lines(_lines_of(given.number), today()):
        _line(body)
    return 0


def areas_resolve(given: argparse.Namespace) -> int:
    """Resolve places as people write them; one JSON line each."""
    from lianfang.kernel.errors import Refusal
    from lianfang.kernel.places import resolve_lines

    try:
        for body in resolve_lines(given.within, _lines_of(given.text)):
            _line(body)
    except Refusal as no:
        return _refused(no)
    return 0


def _register(given: argparse.Namespace) -> Any:
    from lianfang.doors.files.register_commands import Asked

    older = Path(given.older) if getattr(given, "older", "") else None
    return Asked([Path(one) for one in given.file], given.within, given.valid_from, older)


def areas_load(given: argparse.Namespace) -> int:
    """Load a division register into a database that has nothing of the county yet."""
    _setup()
    _migrate()
    from lianfang.doors.files.register_commands import load_register

    _line(load_register(_register(given), _actor(given.account)))
    return 0


def areas_migrate(given: argparse.Namespace) -> int:
    """Hold a newer division register against a county and say what would change; --apply takes it over.

    Without --apply nothing is changed. A county that the database lacks is taken from the built-in register of 2019.
    """
    _setup()
    _migrate()
    from lianfang.doors.files.register_commands import judge_register, lines_of, take_over

    asked, actor = _register(given), _actor(given.account)
    judged = judge_register(asked, actor)
    if given.apply:
        say = partial(print, file=sys.stderr, flush=True)
        take_over(asked, actor, lambda column, rows: say(f"{column}: {rows:,}"), say)
    for body in () if given.json else lines_of(judged):
        _line(body)
    _line(judged.counts())
    return 0


def areas_undo(given: argparse.Namespace) -> int:
    """Undo the latest register that a county took over."""
    _setup()
    from lianfang.doors.files.register_commands import undo_latest

    _line(undo_latest(given.within, _actor(given.account), given.reason))
    return 0


def _actor(username: str) -> Any:
    """Return the named account as an actor at the command line; without a name, the house itself."""
    from lianfang.foundation.access.actor import SYSTEM, actor_for
    from lianfang.foundation.accounts.models import Account
    from lianfang.foundation.administration.actions import NO_ACCOUNT
    from lianfang.kernel.clock import today

    if not username:
        return SYSTEM
    account = Account.objects.filter(username=username).first()
    if account is None:
        raise NO_ACCOUNT(field="as")
    return actor_for(account, on=today(), door="command")


def do(given: argparse.Namespace) -> int:
    """Carry out an action with JSON input, as an account."""
    _setup()
    from uuid import UUID

    from lianfang.foundation.actions.inputs import KIND
    from lianfang.foundation.actions.running import run
    from lianfang.kernel.errors import Refusal

    try:
        try:
            body = json.loads(given.input or sys.stdin.read())
        except ValueError:
            raise KIND(field="input", kind="JSON") from None
        _line(run(_actor(given.account), given.name, body, id=UUID(given.id) if given.id else None))
    except Refusal as no:
        return _refused(no)
    return 0


def table(given: argparse.Namespace) -> int:
    """Print the rows of a table as JSON lines, as an account sees them."""
    _setup()
    from lianfang.foundation.tables.reading import Query, read_all
    from lianfang.kernel.errors import Refusal

    where = dict(pair.partition("=")[::2] for pair in given.where)
    try:
        for row in read_all(_actor(given.account), given.name, Query(where, given.within, given.search, given.sort)):
            _line(row)
    except Refusal as no:
        return _refused(no)
    return 0


def audit_verify(_: argparse.Namespace) -> int:
    """Verify the audit chains; prints every fault and fails when there is one."""
    _setup()
    from lianfang.foundation.audit.chain import verify
    from lianfang.foundation.audit.models import AuditChain, AuditLine

    faults = 0
    for fault in verify():
        faults += 1
        _line({"chain": fault.chain, "line": fault.seq, "problem": fault.problem})
    _line(
        {"ok": not faults, "faults": faults, "chains": AuditChain.objects.count(), "lines": AuditLine.objects.count()}
    )
    return 1 if faults else 0


def keys_rotate(_: argparse.Namespace) -> int:
    """Add a new encryption key and write every encrypted value anew under it."""
    _setup()
    from lianfang.foundation.administration.rotation import rotate

    _line(rotate())
    return 0


def retention_check(given: argparse.Namespace) -> int:
    """Say how much of each kind of record is due to be erased, by which schedule; changes nothing."""
    _setup()
    from lianfang.foundation.retention.erasing import look
    from lianfang.kernel.clock import now

    for body in look(now(), given.within):
        _line(body)
    return 0


def retention_run(given: argparse.Namespace) -> int:
    """Erase or anonymise what is due, and print the certificates; one JSON line each."""
    _setup()
    from lianfang.foundation.retention.erasing import erase_due, note
    from lianfang.kernel.clock import now

    moment = now()
    for one in erase_due(moment, given.within):
        _line({"certificate": str(one.pk), "kind": one.kind, "way": one.way, "area": one.area_path,
               "count": one.count, "days": one.rule_days, "source": one.rule_source, "digest": one.digest})  # fmt: skip
    note(moment)
    return 0


def retention_certificate(given: argparse.Namespace) -> int:
    """Write an erasure certificate as PDF, after holding it against the audit trail."""
    _setup()
    from pathlib import Path
    from uuid import UUID

    from lianfang.doors.files.erasures import certificate_pdf

    Path(given.file).write_bytes(certificate_pdf(UUID(given.id)))
    return 0


def privacy_pack(given: argparse.Namespace) -> int:
    """Write the inventory for the impact assessment (every personal field) as Markdown and xlsx into a folder."""
    _setup(keys=False)
    from pathlib import Path

    from lianfang.foundation.retention.inventory import write_pack

    for file in write_pack(Path(given.folder)):
        _line({"file": str(file)})
    return 0


def exports_trace(given: argparse.Namespace) -> int:
    """Say which named exports a text was copied from, by the marks hidden in it; one JSON line each."""
    _setup()
    from lianfang.foundation.exports.tracing import exports_behind

    for body in exports_behind("\n".join(_lines_of(given.text))):
        _line(body)
    return 0


def migrate(_: argparse.Namespace) -> int:
    """Prepare or update the database."""
    _setup()
    _migrate()
    return 0


def demo(given: argparse.Namespace) -> int:
    """Prepare the demo county if it is not there yet, and serve it."""
    _setup()
    _migrate()
    from lianfang.config.demo.making import make_demo_once
    from lianfang.kernel.errors import Refusal

    try:
        make_demo_once(people=given.people, say=print)
    except Refusal as no:
        return _refused(no)
    return _serve(given.host, given.port, given.workers) if not given.no_serve else 0


def serve(given: argparse.Namespace) -> int:
    """Serve the web parts and the API, with a job worker beside them."""
    _setup()
    _migrate()
    return _serve(given.host, given.port, given.workers)


def _serve(host: str, port: int, workers: int) -> int:
    from lianfang.config.serving import serve_forever
    from lianfang.kernel.errors import Refusal

    print(f"联防 Lianfang: http://{host}:{port}/　（手机 / phones: http://{host}:{port}/field/）", flush=True)
    try:
        return serve_forever(host, port, workers)
    except Refusal as no:
        return _refused(no)


def lan(given: argparse.Namespace) -> int:
    """Serve a village network: Caddy with its own authority in front, because phones keep things only there."""
    from lianfang.config import lan as village
    from lianfang.kernel.errors import Refusal

    try:
        where = village.Lan(given.address or village.own_address(), given.https_port, given.http_port, given.port,
                            Path(os.environ.get("LIANFANG_VAR", "var")).resolve() / "caddy")  # fmt: skip
        os.environ.update(where.settings())
        _setup()
        _migrate()
        with village.caddy(where):
            print(village.how(where), flush=True)
            return _serve("127.0.0.1", given.port, given.workers)
    except Refusal as no:
        return _refused(no)


def work(_: argparse.Namespace) -> int:
    """Run the job worker alone, for counties that serve from several machines."""
    _setup()
    import threading

    from lianfang.config.serving import start_clockwork
    from lianfang.foundation.jobs.queue import work_forever

    stop = threading.Event()
    start_clockwork(stop)
    work_forever(stop)
    return 0


def openapi(given: argparse.Namespace) -> int:
    """Write the API's description."""
    _setup(keys=False)
    from lianfang.doors.api.description import description

    print(json.dumps(description(), ensure_ascii=False, indent=1, sort_keys=True))
    return 0


def reference(given: argparse.Namespace) -> int:
    """Write the reference of actions, tables, gaps and refusals as Markdown into a folder."""
    _setup(keys=False)
    from lianfang.config.reference import write_reference

    write_reference(given.folder)
    return 0


def _intake(given: argparse.Namespace, run_it: bool) -> int:
    _setup()
    _migrate()
    from lianfang.doors.files.commands import intake_check, intake_run
    from lianfang.kernel.errors import Refusal

    try:
        body = (intake_run if run_it else intake_check)(given.file, given.within, _actor(given.account), given.target)
    except Refusal as no:
        return _refused(no)
    _line(body)
    return 0


def intake_check(given: argparse.Namespace) -> int:
    """Judge a workbook and change nothing."""
    return _intake(given, run_it=False)


def intake_run(given: argparse.Namespace) -> int:
    """Take a workbook in and write the marked one beside it."""
    return _intake(given, run_it=True)


def roster_bench(given: argparse.Namespace) -> int:
    """Solve a nurse rostering instance of schedulingbenchmarks.org; prints cost, bound, seconds and violations as JSON.

    The reader of that format stays with the bench, beside the product's folder, and is not in the wheel.
    """
    from lianfang.config.rosters import bench_instance
    from lianfang.kernel.errors import Refusal

    try:
        _line(bench_instance(Path(given.file), given.seconds))
    except Refusal as no:
        return _refused(no)
    return 0


def _add(parent: Any, name: str, handler: Handler) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = parent.add_parser(name, help=handler.__doc__, description=handler.__doc__)
    made.set_defaults(handler=handler)
    return made


def _group(parent: Any, name: str, help_text: str) -> Any:
    return parent.add_parser(name, help=help_text).add_subparsers(required=True, metavar="COMMAND")


def _serving(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument(
        "--workers", type=int, default=0, help="server processes; 0 chooses: 1 on SQLite, 2 on PostgreSQL"
    )


def _registers(areas: Any) -> None:
    for name, handler in (("load", areas_load), ("migrate", areas_migrate)):
        made = _add(areas, name, handler)
        made.add_argument("file", nargs="+", help="CSV or workbook; villages and towns may stand in two files")
        made.add_argument("--within", required=True, help="county code (6 digits)")
        made.add_argument("--valid-from", type=date.fromisoformat, help="the day it takes force; today without")
        made.add_argument("--as", dest="account", default="", help="sign-in name")
    made.add_argument("--json", action="store_true", help="print the counts alone, as one JSON object")
    made.add_argument("--older", default="", metavar="FILE", help="compare with this register, not with the database")
    made.add_argument("--apply", action="store_true", help="take it over; without, nothing is changed")
    made = _add(areas, "undo", areas_undo)
    made.add_argument("--within", required=True, help="county code (6 digits)")
    made.add_argument("--reason", default="撤销区划迁移")
    made.add_argument("--as", dest="account", default="", help="sign-in name")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = argparse.ArgumentParser(
        prog="lianfang", description="联防 Lianfang: enter once, miss no household, close every loop."
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    _serving(_add(commands, "serve", serve))
    made = _add(commands, "demo", demo)
    _serving(made)
    made.add_argument("--people", type=int, default=int(os.environ.get("DEMO_PEOPLE", "20000")))
    made.add_argument("--no-serve", action="store_true")
    made = _add(commands, "lan", lan)
    made.add_argument("--address", default="", help="this computer's address on the network; found out without")
    made.add_argument("--port", type=int, default=8000, help="the server behind Caddy")
    made.add_argument("--https-port", type=int, default=443)
    made.add_argument("--http-port", type=int, default=80)
    made.add_argument("--workers", type=int, default=0)
    _add(commands, "migrate", migrate)
    _add(commands, "work", work)

    made = _add(commands, "do", do)
    made.add_argument("name")
    made.add_argument("input", nargs="?", help="JSON input; standard input without it")
    made.add_argument("--as", dest="account", default="", help="sign-in name")
    made.add_argument("--id", default="", help="command id (UUID): a repeat changes nothing")
    made = _add(commands, "table", table)
    made.add_argument("name")
    made.add_argument("--as", dest="account", default="", help="sign-in name")
    made.add_argument("--within", default="")
    made.add_argument("--search", default="")
    made.add_argument("--sort", default="")
    made.add_argument("--where", action="append", default=[], metavar="COLUMN=VALUE")

    areas = _group(commands, "areas", "the division register")
    made = _add(areas, "resolve", areas_resolve)
    made.add_argument("--within", required=True, help="county (6 digits) or city (4 digits) code")
    made.add_argument("text", nargs="*")
    _registers(areas)
    made = _add(_group(commands, "identity", "identity numbers"), "check", identity_check)
    made.add_argument("number", nargs="*")
    _add(_group(commands, "audit", "the audit trail"), "verify", audit_verify)
    _add(_group(commands, "keys", "encryption keys"), "rotate", keys_rotate)
    _add(_group(commands, "exports", "lists with names that left the house"), "trace", exports_trace).add_argument(
        "text", nargs="*", help="leaked text; standard input without it"
    )

    _add(_group(commands, "privacy", "impact assessment"), "pack", privacy_pack).add_argument("folder")
    retention = _group(commands, "retention", "what is kept how long")
    for name, handler in (("check", retention_check), ("run", retention_run)):
        made = _add(retention, name, handler)
        made.add_argument("--within", default="", help="area path; everywhere without")
        made.add_argument("--json", action="store_true", help="print JSON lines (it always does)")
    made = _add(retention, "certificate", retention_certificate)
    made.add_argument("id")
    made.add_argument("file", help="where to write the PDF")

    intake = _group(commands, "intake", "workbooks in")
    for name, handler in (("check", intake_check), ("run", intake_run)):
        made = _add(intake, name, handler)
        made.add_argument("file")
        made.add_argument("--within", required=True)
        made.add_argument(
            "--for", dest="target", default="screening.leads", help="what it lists (workforce.responders)"
        )
        made.add_argument("--json", action="store_true", help="print the answer as JSON (it always is)")
        made.add_argument("--as", dest="account", default="")
    made = _add(_group(commands, "roster", "duty rosters"), "bench", roster_bench)
    made.add_argument("file", help="an instance in the text format of schedulingbenchmarks.org")
    made.add_argument("--seconds", type=float, default=60.0, help="how long to search at most")
    _add(commands, "openapi", openapi)
    _add(commands, "reference", reference).add_argument("folder")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    from lianfang.kernel.errors import Refusal

    given = parser().parse_args(arguments)
    try:
        handler: Handler = given.handler
        return handler(given)
    except Refusal as no:
        return _refused(no)
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
