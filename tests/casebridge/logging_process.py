"""A process that logs what it must not: every line holds a canary somewhere. Run by test_logs."""

import logging
import sys
import threading
import warnings

import structlog

from casebridge.logs import fault_of, set_up_logs

CANARY = sys.argv[1]


class Odd:
    """A value that would print the canary."""

    def __repr__(self) -> str:
        return CANARY


def fail() -> None:
    raise ValueError(CANARY)


set_up_logs()
log = structlog.get_logger("bot.service")

log.info("message received", channel="sms", step="where", text=CANARY, body=Odd(), sender=f"+44{CANARY}")
log.warning("odd values", reference=f"it was {CANARY}", agency=Odd(), count={CANARY: 1}, attempt=[CANARY])
log.bind(token=CANARY).info("bound")
log.info("surrogate", step=f"\ud800{CANARY}", port=8001)

for name in ("httpx", "httpcore.http11", "twilio.http_client", "telegram.ext", "sqlalchemy.engine"):
    logging.getLogger(name).info("GET https://api.telegram.org/bot%s/getMe", CANARY)
    logging.getLogger(name).warning("failed for %s", CANARY, extra={"agency": CANARY})
logging.getLogger("flask.app").error("%s %s", CANARY)
try:
    fail()
except ValueError as error:
    logging.getLogger("flask.app").exception("for %s", CANARY)
    log.exception("ours", **fault_of(error))
warnings.warn(CANARY, stacklevel=1)

thread = threading.Thread(target=fail)
thread.start()
thread.join()
fail()
