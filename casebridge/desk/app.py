"""Joins the desk: settings in, a Flask app out."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask, g
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from casebridge.area import read_area
from casebridge.database import Database
from casebridge.desk import wording
from casebridge.desk.access import Door
from casebridge.desk.clock import Clock, utc_now
from casebridge.desk.context import Desk, desk
from casebridge.desk.cookie import Cookie
from casebridge.desk.guard import add_guard
from casebridge.desk.headers import add_headers
from casebridge.desk.mistakes import add_mistakes
from casebridge.desk.passwords import Passwords
from casebridge.desk.patience import Patience
from casebridge.desk.views.casework import casework
from casebridge.desk.views.door import door
from casebridge.desk.views.health import health
from casebridge.desk.views.photos import photos
from casebridge.desk.views.set_up import set_up
from casebridge.deskpages import open_pages
from casebridge.keyring import read_keyring
from casebridge.settings import PrivateSettings

LARGEST_FORM = 64 * 1024


def create_desk(
    settings: PrivateSettings,
    *,
    database: Database | None = None,
    passwords: Passwords | None = None,
    clock: Clock = utc_now,
) -> Flask:
    """Return the desk of one area. Raises NoDeskKey, FaultyKey, FaultyFile, FaultySettings."""
    key = read_keyring(settings).desk
    further = open_pages(settings.desk_pages, settings.area, clock)
    https = settings.desk_address.startswith("https://")
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=_subkey(key, "forms"),
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the visit
        WTF_CSRF_SSL_STRICT=False,  # asks for a Referer, which our own policy keeps back
    )
    app.session_interface = Cookie(_subkey(key, "cookie"), https=https)
    app.extensions["desk"] = Desk(
        area=read_area(settings.area),
        door=Door(
            database or Database(settings.database),
            _subkey(key, "authenticators"),
            passwords or Passwords(),
            Patience(),
        ),
        read_keys=lambda: read_keyring(settings),
        clock=clock,
        pages=further,
    )
    if settings.desk_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.desk_proxies)  # type: ignore[method-assign]
    add_headers(app, https=https)
    CSRFProtect(app)
    add_guard(app)
    add_mistakes(app)
    _prepare_templates(app)
    for pages in (door, set_up, casework, photos, health, *(made.blueprint for made in further)):
        app.register_blueprint(pages)
    return app


def _subkey(desk_key: bytes, purpose: str) -> bytes:
    """Return a key for one purpose, so that none serves two."""
    return HKDF(SHA256(), 32, salt=None, info=f"casebridge desk {purpose}".encode()).derive(desk_key)


def _prepare_templates(app: Flask) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.finalize = lambda shown: wording.visible(shown) if type(shown) is str else shown
    app.jinja_env.filters.update(
        day=wording.day_words,
        moment=wording.moment_words,
        moment_day=wording.day_of,
        language=wording.language_words,
        words=wording.humanise,
        waiting=lambda since: wording.waiting_words(since, desk().clock()),
    )
    app.context_processor(lambda: {"case_worker": g.get("case_worker"), "desk": desk()})
