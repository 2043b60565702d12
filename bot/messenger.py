"""Its own process for what nobody is waiting for: at present, removing what has expired."""

import signal
import threading
from datetime import UTC, datetime

import structlog

from bot import store
from bot.settings import Settings
from casebridge.database import Database
from casebridge.logs import fault_of, set_up_logs

EVERY_SECONDS = 60


def purge_once(settings: Settings) -> int:
    """Remove expired conversations and turns; return how many conversations went."""
    database = Database(settings.database)
    try:
        return _purge(database)
    finally:
        database.close()


def keep_expiring(settings: Settings) -> None:
    """Purge every minute until SIGTERM or Ctrl-C. A database that is away is tried again."""
    set_up_logs()
    log = structlog.get_logger()
    stop = threading.Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: stop.set())
    database = Database(settings.database)
    while not stop.is_set():
        try:
            gone = _purge(database)
        except Exception as error:  # the next minute brings another try
            log.error("cannot remove what expired", **fault_of(error))
        else:
            if gone:
                log.info("expired", count=gone)
        stop.wait(EVERY_SECONDS)
    database.close()


def _purge(database: Database) -> int:
    with database.begin() as connection:
        return store.purge(connection, datetime.now(UTC))
