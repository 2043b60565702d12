"""create_app(): the one place where the public tier is joined."""

from collections.abc import Iterable
from dataclasses import replace

from flask import Flask, Request, Response, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from bot.channels import CHANNELS, web
from bot.channels.botfiles import BotFiles
from bot.channels.channel import Channel
from bot.channels.upload import ChatRequest, allow_photos
from bot.drafts import read_drafts
from bot.headers import harden
from bot.knowing import read_knowledge
from bot.pacing import Pacing
from bot.service import Service
from bot.settings import Settings
from bot.store import CONVERSATION, Raced
from casebridge.area import read_area
from casebridge.database import Database
from casebridge.logs import set_up_logs
from casebridge.recipients import read_recipients

FOR_MACHINES = ("/channels/", "/static/", "/healthz", "/readyz", "/favicon.ico")
LARGEST_REQUEST = 2 * 1024 * 1024  # bytes; 100,000 characters of any script, form-encoded, fit in


def create_app(
    settings: Settings | None = None,
    *,
    pacing: Pacing | None = None,
    channels: Iterable[Channel] = CHANNELS,
) -> Flask:
    """Join the chat and the webhooks. Raises FaultySettings, FaultyFile, MissingKeys, NoDraftKey."""
    settings = settings or Settings.read()
    set_up_logs()
    app = Flask(__name__)
    app.session_interface = ChatSessions()
    app.request_class = ChatRequest
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST,
        SESSION_COOKIE_NAME="__Host-chat" if settings.is_https else "chat",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # no Referer is sent: our own header forbids it
    )
    service = join(settings, pacing)
    app.secret_key = service.cipher.hash("session cookie")
    app.extensions.update(service=service, settings=settings)
    app.before_request(allow_photos)
    csrf = CSRFProtect(app)
    for channel in channels:
        if channel.is_on(settings) and channel.blueprint.name not in app.blueprints:  # two may share one
            app.register_blueprint(channel.blueprint)
            if channel.signs:
                csrf.exempt(channel.blueprint)
    app.add_url_rule("/healthz", view_func=healthz)
    app.add_url_rule("/readyz", view_func=lambda: readyz(service.database))
    for away in (OperationalError, InterfaceError, Raced):
        app.register_error_handler(away, database_away)
    app.register_error_handler(HTTPException, answered)
    harden(app, settings)
    if settings.web_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, settings.web_proxies, x_proto=0)  # type: ignore[method-assign]
    return app


class ChatSessions(SecureCookieSessionInterface):
    """Sessions of the web chat; a webhook brings no cookie, and is not searched for one."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if "HTTP_COOKIE" not in request.environ:
            return self.session_class()
        return super().open_session(app, request)


def join(settings: Settings, pacing: Pacing | None = None) -> Service:
    """Read flows, languages and keys, and open the database."""
    area, knowledge = read_area(settings.area), read_knowledge(settings.area)
    if BotFiles.of(settings) is None:  # a photo there could not be fetched
        kept = tuple(name for name in knowledge.take_photos if name != "telegram")
        knowledge = replace(knowledge, take_photos=kept)
    return Service(
        knowledge,
        Database(settings.database),
        read_drafts(settings),
        read_recipients(settings, area),
        area,
        pacing=pacing or Pacing(),
    )


def healthz() -> Response:
    """Say that the process lives."""
    return Response("ok", mimetype="text/plain")


def readyz(database: Database) -> Response:
    """Say whether messages can be taken: the database answers and has our tables."""
    try:
        with database.read() as connection:
            connection.execute(select(CONVERSATION.c.version).limit(1))
    except SQLAlchemyError as error:  # away, or not migrated
        return database_away(error)
    return Response("ready", mimetype="text/plain")


def database_away(_error: Exception) -> Response:
    """Answer so that the provider tries again or falls back."""
    return Response("try again", status=503, mimetype="text/plain", headers={"Retry-After": "5"})


def answered(error: HTTPException) -> Response:
    """Answer a fault of the request: a person with a page, a machine in one word, nothing of it in either."""
    if not request.path.startswith(FOR_MACHINES):
        return web.lost(error)
    return Response(error.name, status=error.code, mimetype="text/plain")
