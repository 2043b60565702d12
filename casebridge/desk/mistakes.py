"""Gives every mistake a page that is calm and says what to do. The words are in mistake.html."""

from enum import StrEnum

import structlog
from flask import Flask, Response, make_response, render_template
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from casebridge.desk.cases import NoSuchCase
from casebridge.desk.passwords import Busy
from casebridge.logs import fault_of
from casebridge.sealing import SealingError

TRY_AGAIN_SECONDS = 30

log = structlog.get_logger()


class Mistake(StrEnum):
    """What went wrong, as far as a case worker needs to know."""

    UNUSABLE = "unusable"
    EXPIRED = "expired"
    NOTHING_HERE = "nothing_here"
    TOO_MUCH = "too_much"
    UNREADABLE = "unreadable"
    OURS = "ours"
    AWAY = "away"


BY_CODE = {
    404: Mistake.NOTHING_HERE,
    413: Mistake.TOO_MUCH,
    503: Mistake.AWAY,
}


def add_mistakes(app: Flask) -> None:
    """Show a page for whatever a view raises."""
    app.register_error_handler(CSRFError, lambda _: _page(400, Mistake.EXPIRED))
    app.register_error_handler(NoSuchCase, lambda _: _page(404, Mistake.NOTHING_HERE))
    app.register_error_handler(Busy, lambda _: _page(503, Mistake.AWAY))
    app.register_error_handler(SealingError, _unreadable)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(HTTPException, _as_it_came)
    app.register_error_handler(Exception, _unforeseen)


def _as_it_came(error: HTTPException) -> Response:
    code = error.code or 500
    if code < 400:
        return make_response(error.get_response())  # a redirect: nothing is wrong
    page = _page(code, BY_CODE.get(code, Mistake.UNUSABLE if code < 500 else Mistake.OURS))
    if code == 405:
        page.headers["Allow"] = dict(error.get_headers())["Allow"]
    return page


def _unreadable(error: SealingError) -> Response:
    log.error("report stays closed", reference=getattr(error, "reference", ""), **fault_of(error))
    return _page(503, Mistake.UNREADABLE)


def _database_away(error: OperationalError) -> Response:
    log.error("database away", **fault_of(error))
    return _page(503, Mistake.AWAY)


def _unforeseen(error: Exception) -> Response:
    """Note the kind of a fault and where it arose, never what it says: that may quote a report."""
    log.error("unforeseen", **fault_of(error))
    return _page(500, Mistake.OURS)


def _page(code: int, mistake: Mistake) -> Response:
    page = make_response(render_template("mistake.html", mistake=mistake))
    page.status_code = code
    if code == 503:
        page.headers["Retry-After"] = str(TRY_AGAIN_SECONDS)
    return page
