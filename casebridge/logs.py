"""Log lines as JSON on stdout that can hold no words, number, address or token of anybody.

Only keys on the list pass, and only with short values in one word; what libraries log
shrinks to the library's name and the kind of fault. Both tiers call `set_up_logs` first.
"""

import logging
import sys
import threading
import traceback
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson
import structlog

KEPT = frozenset(
    {
        "agency", "attempt", "channel", "count", "destination", "event", "fault", "flow",
        "kind", "language", "level", "logger", "milliseconds", "permanent", "port", "reference",
        "status", "step", "timestamp", "version", "where",
    }
)  # fmt: skip
LONGEST_VALUE = 64
_ROOT = Path(__file__).parent.parent


def set_up_logs() -> None:
    """Send structlog and the standard library's logging to stdout as JSON lines, reduced."""
    structlog.configure(
        processors=_PROCESSORS,
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=_Stdout,
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[_Foreign()], level=logging.WARNING, force=True)
    for chatty in ("httpx", "httpcore"):  # whatever the level of others: a bot's token stands in an address
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False  # its own report of a bad log call prints the call's values
    sys.excepthook = _uncaught
    threading.excepthook = lambda died: _uncaught(died.exc_type, died.exc_value, died.exc_traceback)


def keep_listed(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every key not on the list, and every value that is long or holds a space."""
    return {key: value for key, value in event.items() if key in KEPT and _is_harmless(key, value)}


def fault_of(error: BaseException) -> Mapping[str, str]:
    """Return what a log line may say of an error: its type and the line of ours it came through."""
    lines = [
        f"{Path(frame.filename).relative_to(_ROOT)}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if _is_ours(Path(frame.filename))
    ]
    return {"fault": type(error).__name__, "where": lines[-1] if lines else ""}


class _Stdout:
    """Writes each line whole, to whatever stdout is at that moment."""

    def __init__(self, *_: object) -> None: ...

    def msg(self, line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    debug = info = warning = error = critical = msg


class _Foreign(logging.Handler):
    """Passes on that a library had something to say, and how bad it was; not what."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        fault = fault_of(error) if error else {}
        level = min(max(record.levelno, logging.INFO), logging.CRITICAL)
        structlog.get_logger().log(level, "library", logger=record.name, **fault)


def _is_harmless(key: str, value: object) -> bool:
    if isinstance(value, str):
        return key == "event" or (len(value) <= LONGEST_VALUE and value.isprintable() and " " not in value)
    return value is None or isinstance(value, bool | int | float)


def _is_ours(file: Path) -> bool:
    return file.is_relative_to(_ROOT) and "site-packages" not in file.parts


def _json(event: Any, **_: object) -> str:
    return orjson.dumps(event).decode()


def _uncaught(kind: type[BaseException], error: BaseException | None, _trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    structlog.get_logger().critical("died", **(fault_of(error) if error else {"fault": kind.__name__}))


_PROCESSORS: list[structlog.typing.Processor] = [  # one list, so that setting up twice changes nothing
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    keep_listed,
    structlog.processors.JSONRenderer(serializer=_json),
]
