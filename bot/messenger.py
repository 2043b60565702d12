"""Its own process for what nobody waits for: expiry, pictures to fetch, messages kept or missed or ours.

Each has a thread of its own: a provider that is slow delays nothing but itself.
"""

import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from bot import following, kept, store
from bot.fetching import fetch_until
from bot.reconciling import sweep
from bot.sending import Sending, senders
from bot.service import Service
from bot.settings import Settings
from casebridge.database import Database
from casebridge.logs import fault_of, set_up_logs

EVERY_SECONDS = 60
SWEEP_SECONDS = 600
ENDING_SECONDS = 15  # a message in hand is finished first

log = structlog.get_logger(__name__)


def purge_once(settings: Settings) -> int:
    """Remove expired conversations and turns; return how many conversations went."""
    database = Database(settings.database)
    try:
        return _purge(database)
    finally:
        database.close()


def run(settings: Settings, join: Callable[[Settings], Service]) -> None:
    """Do all of it until SIGTERM or Ctrl-C. Without a provider's credentials nothing is sent."""
    set_up_logs()
    stop = threading.Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: stop.set())

    database = Database(settings.database)
    beside = _beside(settings, join, stop)
    for each in beside:
        each.start()
    _every(
        EVERY_SECONDS,
        stop,
        "cannot take in what was kept, or remove what expired",
        lambda: _tidy(settings, join, database),
    )
    for each in beside:
        each.join(ENDING_SECONDS)
    database.close()


def _beside(
    settings: Settings, join: Callable[[Settings], Service], stop: threading.Event
) -> tuple[threading.Thread, ...]:
    """Return the threads for what takes its time, or needs a provider."""
    jobs: list[Callable[[], object]] = [lambda: fetch_until(settings, stop)]
    if not settings.writes_first:
        log.info("sends nothing: no provider is set")
        return tuple(threading.Thread(target=job, daemon=True) for job in jobs)
    service = join(settings)
    sending = Sending(
        service.database,
        service.cipher,
        service.knowledge,
        senders(settings),
        bool(settings.twilio_whatsapp_template),
    )
    jobs.append(lambda: sending.run(stop))
    if settings.knows_its_numbers:
        said = "cannot ask Twilio"
        jobs.append(lambda: _every(SWEEP_SECONDS, stop, said, lambda: sweep(service, settings)))
    return tuple(threading.Thread(target=job, daemon=True) for job in jobs)


def _every(seconds: float, stop: threading.Event, trouble: str, job: Callable[[], object]) -> None:
    """Do a job again and again; one that fails is tried again at its next turn."""
    while not stop.is_set():
        try:
            job()
        except Exception as error:  # the database or a provider is away
            log.error(trouble, **fault_of(error))
        stop.wait(seconds)


def _tidy(settings: Settings, join: Callable[[Settings], Service], database: Database) -> None:
    kept.look_after(settings, join)
    gone = _purge(database)
    if gone:
        log.info("expired", count=gone)


def _purge(database: Database) -> int:
    now = datetime.now(UTC)
    with database.begin() as connection:
        following.purge(connection, now)
        return store.purge(connection, now)
