"""The queue and one report."""

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from casebridge.desk import cases, reading
from casebridge.desk.context import desk
from casebridge.desk.guard import case_worker
from casebridge.desk.sessions import IDLE
from casebridge.sealing import open_sealed

LAST_PAGE = 1_000_000  # further on, a database runs out of digits

casework = Blueprint("casework", __name__)


@casework.get("/")
def queue() -> str:
    return _queue_page(acknowledged=False)


@casework.get("/acknowledged")
def acknowledged() -> str:
    return _queue_page(acknowledged=True)


@casework.get("/reports/<reference>")
def report(reference: str) -> Response:
    """Open a report for the time of this page; the browser puts it away when nobody looks at it."""
    worker = case_worker()
    case, envelope = cases.open_case(desk().database, worker, reference, desk().clock())
    opened = open_sealed(envelope, worker.agency, desk().read_keys().of(worker.agency))
    page = make_response(render_template("report.html", case=case, reading=reading.read(opened, desk().area)))
    page.headers["Refresh"] = f"{int(IDLE.total_seconds())}; url={url_for('door.put_away')}"
    return page


@casework.post("/reports/<reference>/acknowledge")
def acknowledge(reference: str) -> WerkzeugResponse:
    cases.acknowledge(desk().database, case_worker(), reference, desk().clock())
    return redirect(url_for("casework.report", reference=reference), 303)


def _queue_page(*, acknowledged: bool) -> str:
    page = min(max(1, request.args.get("page", 1, type=int)), LAST_PAGE)
    found = cases.queue(desk().database, case_worker().agency, acknowledged=acknowledged, page=page)
    return render_template(
        "queue.html",
        queue=found,
        acknowledged=acknowledged,
        page=page,
        pages=found.pages(acknowledged=acknowledged),
    )
