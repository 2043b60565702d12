"""Runs the public tier's web server: granian.

It is the fastest of three and loses nothing beside idle connections, which hold none of its
threads; gunicorn's threads, held by 300 of them, answer nobody. `python -m bench servers` shows it.
"""

import gc

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from bot.channels import CHANNELS
from bot.drafts import read_drafts
from bot.pacing import THREADS
from bot.settings import Settings
from casebridge.area import read_area
from casebridge.recipients import read_recipients
from casebridge.settings import FaultySettings
from casebridge.yamlfile import FaultyFile

GARBAGE_LOOKED_FOR_EVERY = 10_000  # objects


def serve_public(settings: Settings) -> None:
    """Serve until stopped. Says which channels are off and why.

    Raises NoDraftKey, MissingKeys and FaultyKey before anything listens.
    """
    read_drafts(settings)
    read_recipients(settings, read_area(settings.area))
    for channel in CHANNELS:
        if not channel.is_on(settings):
            print(f"{channel.name}: off, because {channel.needs} is not set", flush=True)  # noqa: T201 - at start
    Server(
        "bot.serving:application",
        factory=True,
        interface=Interfaces.WSGI,
        address=settings.host,
        port=settings.port,
        workers=settings.web_workers,
        blocking_threads=THREADS,
        log_level=LogLevels.warning,
        log_dictconfig={"loggers": {"_granian": {"propagate": True}}},  # through our reduced log
        respawn_failed_workers=True,
    ).serve()


def application() -> object:
    """Make the WSGI application, inside the server's own process."""
    from bot.app import create_app  # noqa: PLC0415 - the server's first process does not need it

    try:
        app = create_app(Settings.read())
    except (FaultySettings, FaultyFile) as faulty:
        raise SystemExit("\n".join(map(str, faulty.faults))) from faulty
    gc.collect()
    gc.freeze()  # flows and catalogues never go: what looks for garbage need not look there
    gc.set_threshold(GARBAGE_LOOKED_FOR_EVERY)
    return app
