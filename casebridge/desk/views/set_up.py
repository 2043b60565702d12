"""Accepting an invitation: a name, a password, an authenticator."""

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from casebridge.desk import authenticator as app_codes
from casebridge.desk import enrolment
from casebridge.desk.context import desk
from casebridge.desk.cookie import visit
from casebridge.desk.enrolment import Enrolment, Joining
from casebridge.desk.names import NameFault
from casebridge.desk.passwords import PasswordFault

set_up = Blueprint("set_up", __name__)

Page = tuple[str, int] | str | WerkzeugResponse


@set_up.route("/invitation/<token>", methods=["GET", "POST"])
def invitation(token: str) -> Page:
    """Show the invitation; a program that only looks at the link does not use it up."""
    agency = enrolment.invited_to(desk().database, token, desk().clock())
    if agency is None:
        return _not_invited()
    if request.method == "GET":
        return render_template("invitation.html", agency=desk().agency_name(agency))
    visit().renew()
    enrolment.hold(desk().database, token, visit().id, desk().clock())
    return redirect(url_for("set_up.name"), 303)


@set_up.route("/set-up/name", methods=["GET", "POST"])
def name() -> Page:
    held = _held()
    if held is None:
        return _not_invited()
    if request.method == "GET":
        return _name_page(held, held.name or "", (None, None), differs=False)
    chosen = (request.form.get("name", ""), request.form.get("password", ""))
    differs = request.form.get("again", "") != chosen[1]
    faults = enrolment.faults(desk().database, *chosen)
    if any(faults) or differs:
        return _name_page(held, chosen[0][:80], faults, differs=differs and not faults[1]), 422
    enrolment.choose(desk().door, held, visit().id, chosen, desk().clock())
    return redirect(url_for("set_up.authenticator"), 303)


@set_up.route("/set-up/authenticator", methods=["GET", "POST"])
def authenticator() -> Page:
    held = _held()
    if held is None:
        return _not_invited()
    if request.method == "GET":
        return _authenticator_page(held, wrong=False)
    holder = visit().id
    visit().renew()
    joined = enrolment.join(desk().door, holder, visit().id, request.form.get("code", ""), desk().clock())
    if joined is Joining.DONE:
        return redirect(url_for("casework.queue"), 303)
    visit().resume(holder)
    match joined:
        case Joining.WRONG_CODE:
            return _authenticator_page(held, wrong=True)
        case Joining.NAME_TAKEN:
            return _name_page(held, held.name or "", (NameFault.TAKEN, None), differs=False), 422
        case Joining.NOT_INVITED:
            return _not_invited()


@set_up.get("/set-up/authenticator.svg")
def picture() -> Response:
    """Return the QR code as a file: the policy allows no picture inside the page."""
    held = _held()
    secret = held.secret(desk().door.key) if held else None
    if held is None or secret is None:
        abort(404)
    answer = make_response(app_codes.picture(secret, held.name or ""))
    answer.mimetype = "image/svg+xml"
    return answer


def _held() -> Enrolment | None:
    return enrolment.enrolment(desk().database, visit().id, desk().clock())


def _name_page(
    held: Enrolment, name: str, faults: tuple[NameFault | None, PasswordFault | None], *, differs: bool
) -> str:
    name_fault, password_fault = faults
    return render_template(
        "set_up_name.html",
        agency=desk().agency_name(held.agency),
        name=name,
        name_fault=name_fault,
        password_fault=password_fault,
        differs=differs,
    )


def _authenticator_page(held: Enrolment, *, wrong: bool) -> Page:
    secret = held.secret(desk().door.key)
    if secret is None:
        return redirect(url_for("set_up.name"), 303)
    page = render_template("set_up_authenticator.html", secret=app_codes.in_fours(secret), wrong=wrong)
    return page, 422 if wrong else 200


def _not_invited() -> tuple[str, int]:
    return render_template("invitation_gone.html"), 404
