"""Who may open which page. A page that is not named here needs somebody who is signed in."""

from typing import cast

from flask import Flask, Response, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from casebridge.desk import sessions
from casebridge.desk.context import desk
from casebridge.desk.cookie import has_cookie, visit
from casebridge.desk.sessions import CaseWorker

OPEN = frozenset(
    {"static", "health.alive", "health.ready", "door.sign_in", "door.put_away", "set_up.invitation"}
)
FOR_INVITED = frozenset({"set_up.name", "set_up.authenticator", "set_up.picture"})
"""These ask for an invitation themselves."""
LANDINGS = frozenset({None, "static", "health.alive", "health.ready", "set_up.invitation"})
"""Open to links from anywhere: none of them ends a visit. None is an address that leads nowhere."""


def add_guard(app: Flask) -> None:
    """Ask at every request who is there."""
    app.before_request(_keep_the_cookie)
    app.before_request(_ask_who)


def case_worker() -> CaseWorker:
    """Return who is signed in. For views behind the guard."""
    return cast(CaseWorker, g.case_worker)


def _keep_the_cookie() -> str | None:
    """Answer a link from another site with a page of one link.

    SameSite=Strict keeps the cookie back on such a visit; a new one would sign the person out.
    """
    elsewhere = request.headers.get("Sec-Fetch-Site") == "cross-site"
    if request.method != "GET" or request.endpoint in LANDINGS or not elsewhere or has_cookie():
        return None
    return render_template("continue.html", path=request.path)


def _ask_who() -> WerkzeugResponse | Response | None:
    if request.endpoint is None or request.endpoint in OPEN | FOR_INVITED:
        return None
    found = sessions.case_worker(desk().database, visit().id, desk().clock())
    if found is None:
        return redirect(_to_sign_in(), 303)
    g.case_worker = found
    return None


def _to_sign_in() -> str:
    """Return the way back to where the person was; a form they sent must be sent again."""
    if request.method != "GET":
        return url_for("door.sign_in", again=1)
    return url_for("door.sign_in", next=request.path if request.path != "/" else None)
