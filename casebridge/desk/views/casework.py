"""The queue and one report."""

import structlog
from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from casebridge.desk import asking, cases, closing, reading
from casebridge.desk.asking import Keys, QuestionFault
from casebridge.desk.cases import Lying, OpenedCase, SealedAddition
from casebridge.desk.closing import REASONS
from casebridge.desk.context import desk
from casebridge.desk.guard import case_worker
from casebridge.desk.photos import links
from casebridge.desk.reading import Added
from casebridge.desk.sessions import IDLE
from casebridge.logs import fault_of
from casebridge.sealing import SealingError, open_sealed
from casebridge.tables import ClosedReason

LAST_PAGE = 1_000_000  # further on, a database runs out of digits

casework = Blueprint("casework", __name__)
log = structlog.get_logger()


@casework.get("/")
def queue() -> str:
    return _queue_page(Lying.NEW)


@casework.get("/acknowledged")
def acknowledged() -> str:
    return _queue_page(Lying.ACKNOWLEDGED)


@casework.get("/withdrawn")
def withdrawn() -> str:
    return _queue_page(Lying.WITHDRAWN)


@casework.get("/reports/<reference>")
def report(reference: str) -> Response:
    """Open a report for the time of this page; the browser puts it away when nobody looks at it."""
    return _report_page(reference)


@casework.post("/reports/<reference>/acknowledge")
def acknowledge(reference: str) -> WerkzeugResponse:
    cases.acknowledge(desk().database, case_worker(), reference, desk().clock())
    return _back_to(reference)


@casework.post("/reports/<reference>/ask")
def ask(reference: str) -> WerkzeugResponse:
    typed = request.form.get("question", "")
    fault = asking.ask(desk().database, case_worker(), _keys(), reference, typed, desk().clock())
    if fault is None:
        return _back_to(reference)
    page = _report_page(reference, typed, fault)
    page.status_code = 422
    return page


@casework.post("/reports/<reference>/close")
def close(reference: str) -> WerkzeugResponse:
    _needs_coordinator()
    reason = request.form.get("reason", "")
    if reason in set(ClosedReason):
        closing.close(desk().database, case_worker(), reference, ClosedReason(reason), desk().clock())
    return _back_to(reference)


@casework.post("/reports/<reference>/reopen")
def reopen(reference: str) -> WerkzeugResponse:
    _needs_coordinator()
    closing.reopen(desk().database, case_worker(), reference, desk().clock())
    return _back_to(reference)


def _back_to(reference: str) -> WerkzeugResponse:
    return redirect(url_for("casework.report", reference=reference), 303)


def _keys() -> Keys:
    return desk().read_keys().of(case_worker().agency)


def _coordinates() -> bool:
    return desk().area.agency(case_worker().agency).coordinates


def _needs_coordinator() -> None:
    if not _coordinates():
        abort(404)


def _report_page(reference: str, typed: str = "", fault: QuestionFault | None = None) -> Response:
    opened = cases.open_case(desk().database, case_worker(), reference, desk().clock())
    shown = _opened_page(opened, typed, fault) if opened.is_open else _taken_back_page(opened)
    page = make_response(shown)
    page.headers["Refresh"] = f"{int(IDLE.total_seconds())}; url={url_for('door.put_away')}"
    return page


def _opened_page(opened: OpenedCase, typed: str, fault: QuestionFault | None) -> str:
    worker, keys, area = case_worker(), _keys(), desk().area
    found = [_added(each, opened.case.reference) for each in opened.additions]
    added = [each for each in found if each is not None]
    report = reading.read(open_sealed(opened.envelope, worker.agency, keys), area)
    return render_template(
        "report.html",
        case=opened.case,
        reading=report,
        paces=dict.fromkeys((*report.paces, *(pace for each in added for pace in each.reading.paces))),
        additions=[each for each in added if not each.is_feedback],
        feedback=[each for each in added if each.is_feedback],
        unopened=len(found) - len(added),
        photos=links(desk().database, worker, opened.case.reference),
        questions=asking.lines(opened.asked, opened.case.reference, keys, opened.names),
        typed=typed,
        fault=fault,
        coordinates=_coordinates(),
        closing_reasons=REASONS,
    )


def _added(addition: SealedAddition, reference: str) -> Added | None:
    """Return what was added, laid out; None, so that the rest can be read, where it cannot be opened."""
    try:
        opened = open_sealed(addition.envelope, case_worker().agency, _keys())
    except SealingError as error:
        log.error("addition stays closed", reference=reference, **fault_of(error))
        return None
    return reading.addition(opened, addition.at, desk().area)


def _taken_back_page(opened: OpenedCase) -> str:
    return render_template("taken_back.html", case=opened.case)


def _queue_page(lying: Lying) -> str:
    page = min(max(1, request.args.get("page", 1, type=int)), LAST_PAGE)
    found = cases.queue(desk().database, case_worker().agency, lying, page=page)
    return render_template("queue.html", queue=found, lying=lying, page=page, pages=found.pages(lying))
