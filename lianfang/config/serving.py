"""Serving: granian in front, one job worker and one clock beside it, in as few processes as the database allows."""

from __future__ import annotations

import errno
import logging
import multiprocessing
import os
import signal
import socket
import threading
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connection

from lianfang.config.settling import settle
from lianfang.kernel.errors import refusal

log = logging.getLogger(__name__)

PORT_TAKEN = refusal(
    "server.port_taken",
    "端口 {port} 已有程序在用，请换一个端口（--port）或先停止它。",
    "Something already serves on port {port}. Choose another (--port), or stop it first.",
    status=409,
)

TICK_SECONDS = 30.0
SWEEP_EVERY = 2  # ticks
WITNESS_EVERY = 10
DESTROY_EVERY = 120


def _is_sqlite() -> bool:
    return str(settings.DATABASES["default"]["ENGINE"]).endswith("sqlite3")


def _tick(number: int) -> None:
    """Queue what the passing of time makes due; a job already waiting is not queued twice."""
    from lianfang.foundation.audit.chain import witness
    from lianfang.foundation.jobs.models import Job
    from lianfang.foundation.jobs.queue import KINDS, enqueue
    from lianfang.kernel.clock import now

    if number % WITNESS_EVERY == 0:
        witness(now())
    often = ("observation.tick", "screening.tick", "reports.tick", "workforce.tick")
    names: list[str] = [name for name in often if name in KINDS]
    if number % WITNESS_EVERY == 0:
        names.append("supervision.tick")
    if number % DESTROY_EVERY == 0:
        names += ["exports.tick", "organisation.tick", "retention.tick"]
    if number % SWEEP_EVERY == 0:
        names.append("gaps.sweep")
    for name in names:
        if not Job.objects.filter(name=name, body={}, state__in=("waiting", "running")).exists():
            enqueue(name, {})


def start_clockwork(stop: threading.Event) -> threading.Thread:
    """Start the thread that queues time-driven work."""

    def run() -> None:
        number = 0
        while not stop.is_set():
            try:
                close_old_connections()
                _tick(number)
            except Exception:
                log.exception("the clock met trouble and goes on")
            number += 1
            stop.wait(TICK_SECONDS)
        connection.close()

    thread = threading.Thread(target=run, name="clock", daemon=True)
    thread.start()
    return thread


def _worker_process() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianfang.config.settings")
    import django

    django.setup()
    from lianfang.foundation.jobs.queue import work_forever

    settle()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    start_clockwork(stop)
    work_forever(stop)


def check_free(host: str, port: int) -> None:
    """Raise `server.port_taken`: two servers would share the port, and requests would go to either."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((host, port))
        except OSError as trouble:
            if trouble.errno == errno.EADDRINUSE:
                raise PORT_TAKEN(port=port, field="port") from None
            raise


def serve_forever(host: str, port: int, workers: int = 0) -> int:
    """Serve until interrupted. One server process on SQLite, because it has one writer; two on PostgreSQL.

    Raises `server.port_taken`.
    """
    check_free(host, port)
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    context = multiprocessing.get_context("spawn")
    worker: Any = context.Process(target=_worker_process, name="lianfang-work", daemon=True)
    worker.start()
    connection.close()
    server = Granian(
        "lianfang.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers or (1 if _is_sqlite() else 2),
        blocking_threads=32,
        backpressure=256,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    )
    try:
        server.serve()
    finally:
        worker.terminate()
        worker.join(5)
    return 0
