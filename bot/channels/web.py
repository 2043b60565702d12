"""The web chat: a form in, a page out, or with our script only what the page does not show yet.

A chat is known by a random id in a session cookie, which is also what opens its last answer.
"""

import hashlib
import secrets
from dataclasses import replace
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
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from bot import webpage
from bot.channels import upload
from bot.channels.channel import Channel, service, settings
from bot.core.conversation import Pressed
from bot.core.normal import clean
from bot.core.phrases import ENGLISH, Language, Phrasebook
from bot.service import Arrival
from bot.store import Raced, Turn

ID_BYTES = 32
LONGEST_NAME = 100  # of a step, a value, a message id
MOST_VALUES = 50
KEPT_FIELDS = ("id", "shown", "step", "value", "language")
CHAT_ID = "id"  # in the session

blueprint = Blueprint("web", __name__)
CHANNEL = Channel("web", blueprint, lambda _: True, "")
blueprint.add_app_template_filter(webpage.isolated, "isolated")


@blueprint.get("/")
def chat() -> Response:
    """Show the chat of this browser, or what this is and how to start."""
    turns = _turns()
    if not turns:
        config = settings()
        return _page("landing.html", sms_number=config.twilio_from if config.sms_is_on else "")
    return _talk("chat.html", turns)


@blueprint.post("/")
def say() -> Response:
    """Take a message. With our script: answer with what the page lacks; else show the chat anew."""
    form = request.form
    if _language(form.get("language")) and not _turns():
        _begin(form)
    elif CHAT_ID in session:
        media = upload.pictures(request.files.getlist(upload.FIELD))
        service().receive(replace(_arrival(form), media=media) if media else _arrival(form))
    else:
        return _troubled("ended", 400)
    if _by_script():
        return _since(form.get("since", ""))
    return _to(url_for("web.chat", _anchor="latest"))


@blueprint.route("/exit", methods=["GET", "POST"])
def leave() -> Response:
    """End the chat, here and in the browser, and go to a site nobody wonders about."""
    if CHAT_ID in session and request.headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none"):
        try:
            service().forget("web", session[CHAT_ID])
        except OperationalError:  # the person goes first; the draft expires by itself
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


@blueprint.context_processor
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
    }


# --- requests ----------------------------------------------------------------------------


def _begin(form: MultiDict[str, str]) -> None:
    """Start a chat. What was typed before a language was known is kept for the story."""
    session.setdefault(CHAT_ID, secrets.token_urlsafe(ID_BYTES))
    first = _arrival(form)
    if first.text:
        service().receive(_arrival(MultiDict({"id": f"{first.message_id}-text", "text": first.text})))
    service().receive(_arrival(MultiDict({"id": first.message_id, "language": first.language or ""})))


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
    )


def _turns() -> tuple[Turn, ...]:
    address = session.get(CHAT_ID)
    return service().history("web", address, address) if address else ()


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


def _preferred() -> Language:
    codes = [language.code for language in _phrasebook().languages]
    return _phrasebook().language(request.accept_languages.best_match(codes) or ENGLISH)


# --- answers -----------------------------------------------------------------------------


def _since(mark: str) -> Response:
    """Answer with the turns the page does not show yet; all, where it shows what is gone."""
    turns = _turns()
    if not turns:
        return _troubled("ended", 400)
    shown = next((n for n in range(len(turns), 0, -1) if _mark(turns[:n]) == mark), 0)
    return _talk("turns.html", turns, shown)


def _talk(template: str, turns: tuple[Turn, ...], shown: int = 0) -> Response:
    """Draw what was said after as many turns as the page shows already."""
    exchanges = webpage.exchanges(turns, _phrasebook())
    g.language, question = exchanges[-1].language, exchanges[-1].question
    mark = _mark(turns)
    response = _page(
        template,
        exchanges=exchanges[shown:],
        question=question,
        mark=mark,
        whole=not shown,
        photos=webpage.takes_photos(turns),
    )
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _mark(turns: tuple[Turn, ...]) -> str:
    """Return what a page is told to have shown; it says nothing to anybody else."""
    words = (word for turn in turns for word in (turn.said, *(message.text for message in turn.messages)))
    return service().cipher.hash("shown", *words).hex()[:24]


def _troubled(why: str, status: int) -> Response:
    """Say what went wrong and keep what was typed. A form that is too large is not read at all."""
    form: MultiDict[str, str] = MultiDict() if status == 413 else request.form
    kept = [(name, value) for name in KEPT_FIELDS for value in form.getlist(name)[:MOST_VALUES]]
    if why == "ended":
        kept = []
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
