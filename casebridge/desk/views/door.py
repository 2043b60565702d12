"""Signing in and out."""

import re

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from casebridge.desk import access
from casebridge.desk.access import Attempt
from casebridge.desk.context import desk
from casebridge.desk.cookie import visit
from casebridge.desk.guard import case_worker

door = Blueprint("door", __name__)

REPORT = re.compile(r"/reports/[A-Za-z0-9-]{1,32}")


@door.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Response | WerkzeugResponse:
    if request.method == "GET":
        return make_response(render_template("sign_in.html", refused=None, name=""))
    before = visit().id
    visit().renew()
    refused = access.sign_in(desk().door, _attempt(), visit().id, desk().clock())
    if refused is None:
        return redirect(_next(), 303)
    visit().resume(before)
    page = make_response(
        render_template("sign_in.html", refused=refused, name=request.form.get("name", "")[:80])
    )
    page.status_code = 429 if refused.wait_seconds else 422
    if refused.wait_seconds:
        page.headers["Retry-After"] = str(refused.wait_seconds)
    return page


@door.post("/sign-out")
def sign_out() -> WerkzeugResponse:
    access.sign_out(desk().database, visit().id, case_worker().id, desk().clock())
    visit().ended = True
    answer = redirect(url_for("door.sign_in"), 303)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@door.get("/put-away")
def put_away() -> str:
    """Stand in for a report nobody has looked at for as long as a session lasts."""
    return render_template("put_away.html")


def _attempt() -> Attempt:
    form = request.form
    return Attempt(
        name=form.get("name", ""),
        password=form.get("password", ""),
        code=form.get("code", ""),
        address=request.remote_addr or "",
    )


def _next() -> str:
    """Return the report the person was on their way to, else the queue. Never another site."""
    wanted = request.args.get("next", "")
    return wanted if REPORT.fullmatch(wanted) else url_for("casework.queue")
