"""The web chat: a form in, a page out, or with our script only what the page does not show yet.

A chat is known by a random id in a session cookie, which is also what opens its last answer. For how
long it opens is `sitting.py`'s.
"""

import hashlib
import secrets
from dataclasses import replace
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from bot import webpage
from bot.arrival import Arrival
from bot.channels import sitting, upload
from bot.channels.channel import Channel, service, settings
from bot.channels.sitting import CHAT_ID
from bot.core.conversation import Pressed
from bot.core.normal import clean
from bot.core.phrases import ENGLISH, Language, Phrasebook
from bot.drafts import NoDraftKey
from bot.store import Raced, Turn

LONGEST_NAME = 100  # of a step, a value, a message id
MOST_VALUES = 50
KEPT_FIELDS = ("id", "shown", "step", "value", "language", "since")

blueprint = Blueprint("web", __name__)
CHANNEL = Channel("web", blueprint, lambda _: True, "")
blueprint.add_app_template_filter(webpage.isolated, "isolated")


@blueprint.get("/")
def chat() -> Response:
    """Show the chat of this browser, or what this is and how to start."""
    turns, left = sitting.turns(), sitting.left()
    if turns and left > timedelta():
        return _talk("chat.html", turns, left=left)
    if turns and not request.args.get("lang"):
        g.language = _language_of(turns)
    config, entry = settings(), request.args.get("at", "")
    return _page(
        "landing.html",
        closed=bool(turns),
        entry=entry if service().area.has_entry(entry) else "",
        sms_number=config.twilio_from if config.sms_is_on else "",
    )


@blueprint.post("/")
def say() -> Response:
    """Take a message. With our script: answer with what the page lacks; else show the chat anew."""
    form, turns = request.form, sitting.turns()
    page = form.get("since", "")
    idle = bool(turns) and sitting.is_closed()
    closed = idle and not sitting.takes_from(page, turns)
    if _language(form.get("language")) and not page and (closed or not turns):
        _begin(form, anew=closed)
    elif CHAT_ID not in session or closed:
        return _troubled("idle" if closed else "ended", 400)
    elif sitting.is_elsewhere(page):
        return _troubled("stale", 400)
    else:
        media = upload.pictures(request.files.getlist(upload.FIELD))
        service().receive(replace(_arrival(form), media=media) if media else _arrival(form))
        if idle:
            sitting.renew()  # one that was taken before moves nothing, and is answered all the same
    if _by_script():
        return _since(page)
    return _to(url_for("web.chat", _anchor="latest"))


@blueprint.post("/stay")
def stay() -> Response:
    """Keep the chat open for another while without a message. 410 where it is closed already."""
    return make_response("", 204 if sitting.stay() else 410)


@blueprint.route("/exit", methods=["GET", "POST"])
def leave() -> Response:
    """End the chat, here and in the browser, and go to a site nobody wonders about."""
    if CHAT_ID in session and request.headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none"):
        try:
            service().forget("web", session[CHAT_ID])
        except (OperationalError, InterfaceError, NoDraftKey):  # they go first; the draft expires by itself
            current_app.logger.warning("left_without_forgetting")
    session.clear()
    response = _to(settings().exit_url)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@blueprint.errorhandler(OperationalError)
@blueprint.errorhandler(Raced)
def away(_error: Exception) -> Response:
    """The database is away, or too many at once: keep what was typed on the page."""
    response = _troubled("away" if request.method == "POST" else "closed", 503)
    response.headers["Retry-After"] = "30"
    return response


@blueprint.errorhandler(CSRFError)
def not_ours(_error: CSRFError) -> Response:
    """A page too old to be sent, or a form of another site. Nobody is held back from leaving."""
    if request.endpoint == "web.leave":
        session.pop(CHAT_ID, None)
        return leave()
    return _troubled("stale" if CHAT_ID in session else "ended", 400)


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Response:
    """More than we read at all, the language of the page with it."""
    g.language = _preferred()
    return _troubled("large" if request.mimetype == upload.MULTIPART else "long", 413)


def lost(error: HTTPException) -> Response:
    """Answer what no page of ours is asked for, or a fault of our own, with a page and a way on."""
    code = error.code or 500
    g.language = _language_of_chat() if code < 500 else _preferred()
    if request.endpoint != "web.say" or code == 400:
        request.form = ImmutableMultiDict()  # not ours to read, without end, or what could not be read
    if code >= 500:
        is_sent = request.method == "POST" and request.endpoint == "web.say"
        return _troubled("away" if is_sent else "closed", code)
    response = _troubled("lost" if code in (404, 405) else "unread", code)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(error.valid_methods)
    return response


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    """Give every page its language and the words in it."""
    language, knowledge = _shown(), service().knowledge
    return {
        "language": language,
        "languages": knowledge.phrasebook.languages,
        "pgettext": partial(webpage.page_text, knowledge.phrasebook, language.code),
        "word": lambda name: webpage.command_word(name, knowledge, language.code),
        "new_id": _new_id,
        "static": _static,
        "idle": sitting.IDLE,
        "warned_before": sitting.WARNED_BEFORE,
    }


# --- requests ----------------------------------------------------------------------------


def _begin(form: MultiDict[str, str], *, anew: bool) -> None:
    """Start a chat. What was typed before a language was known is kept for the story."""
    sitting.begin(anew=anew)
    first = replace(_arrival(form), pressed=None, entry=clean(form.get("at", "")))
    if first.text:
        service().receive(replace(first, message_id=f"{first.message_id}-text", language=None))
    service().receive(replace(first, text=""))


def _arrival(form: MultiDict[str, str]) -> Arrival:
    """Read a form; what is missing or malformed is as good as not sent."""
    address = session[CHAT_ID]
    values = tuple(clean(value)[:LONGEST_NAME] for value in form.getlist("value")[:MOST_VALUES] if value)
    step = clean(form.get("step", ""))[:LONGEST_NAME]
    return Arrival(
        channel="web",
        address=address,
        message_id=clean(form.get("id", ""))[:LONGEST_NAME] or _new_id(),
        witness=address,
        text=clean(form.get("text", "")),
        pressed=Pressed(step, values) if step and values else None,
        language=_language(form.get("language")),
        network=request.remote_addr or "",
    )


def _by_script() -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def _new_id() -> str:
    return secrets.token_urlsafe(16)


# --- languages ---------------------------------------------------------------------------


def _phrasebook() -> Phrasebook:
    return service().knowledge.phrasebook


def _language(code: str | None) -> str | None:
    return code if code in {language.code for language in _phrasebook().languages} else None


def _shown() -> Language:
    """Return the language of the page: the chat's, the one asked for, else the browser's."""
    if "language" not in g:
        asked = _language(request.form.get("shown") or request.args.get("lang"))
        g.language = _phrasebook().language(asked) if asked else _preferred()
    found: Language = g.language
    return found


def _language_of_chat() -> Language:
    """Return the language of this browser's chat, if it has one and we can look, else the browser's."""
    try:
        return _language_of(sitting.turns())
    except (OperationalError, InterfaceError):
        return _preferred()


def _language_of(turns: tuple[Turn, ...]) -> Language:
    said = webpage.exchanges(turns, _phrasebook())
    return said[-1].language if said else _preferred()


def _preferred() -> Language:
    codes = [language.code for language in _phrasebook().languages]
    return _phrasebook().language(request.accept_languages.best_match(codes) or ENGLISH)


# --- answers -----------------------------------------------------------------------------


def _since(mark: str) -> Response:
    """Answer with the turns the page does not show yet; all, where it shows what is gone."""
    turns = sitting.turns()
    if not turns:
        return _troubled("ended", 400)
    shown = next((n for n in range(len(turns), 0, -1) if sitting.mark(turns[:n]) == mark), 0)
    return _talk("turns.html", turns, shown)


def _talk(template: str, turns: tuple[Turn, ...], shown: int = 0, left: timedelta = sitting.IDLE) -> Response:
    """Draw what was said after as many turns as the page shows already."""
    exchanges = webpage.exchanges(turns, _phrasebook())
    g.language, question = exchanges[-1].language, exchanges[-1].question
    response = _page(
        template,
        exchanges=exchanges[shown:],
        question=question,
        mark=sitting.mark(turns),
        whole=not shown,
        left=left,
        photos=webpage.takes_photos(turns),
    )
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _troubled(why: str, status: int) -> Response:
    """Say what went wrong and keep what was typed. A form that is too large is not read at all."""
    form: MultiDict[str, str] = MultiDict() if status == 413 else request.form
    kept = [(name, value) for name in KEPT_FIELDS for value in form.getlist(name)[:MOST_VALUES]]
    if why in ("ended", "idle") or sitting.is_elsewhere(form.get("since", "")):
        kept = []  # an answer to a question that this browser's chat does not ask
    response = _page("notice.html", why=why, kept=kept, text=clean(form.get("text", "")))
    response.status_code = status
    return response


def _page(template: str, **values: Any) -> Response:
    return make_response(render_template(template, **values))


def _to(address: str) -> Response:
    return make_response(redirect(address, 303))


@cache
def _static(name: str) -> str:
    """Return the address of a file of ours, changed whenever the file is."""
    content = (Path(current_app.static_folder or "") / name).read_bytes()
    return url_for("static", filename=name, v=hashlib.sha256(content).hexdigest()[:12])
