"""The HTTP surface of the public app as an OpenAPI description, and a door that lets requests past it.

Written for machines that try every shape of a request; it is no promise to anybody.
"""

import re
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from typing import Any, cast
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.wsgi import ClosingIterator

from tests.making import PUBLIC_URL, SECRET, TOKEN

LONGEST = 300  # characters of a field; longer ones are tried in test_hostile.py
_CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')

Schema = dict[str, Any]
TEXT: Schema = {"type": "string", "maxLength": LONGEST}
NUMBER: Schema = {"type": "integer"}


def _fields(required: Iterable[str] = (), **fields: Schema) -> Schema:
    return {"type": "object", "properties": fields, "required": [*required]}


def _one_of(*values: object) -> Schema:
    return {"enum": list(values)}


MESSAGE = _fields(
    ("id",),
    id=TEXT,
    text=TEXT,
    step={"anyOf": [TEXT, _one_of("role", "why", "story", "review", "language", "new")]},
    value={"type": "array", "items": {"anyOf": [TEXT, _one_of("victim", "send", "1")]}, "maxItems": 4},
    language={"anyOf": [TEXT, _one_of("en", "ar", "pl")]},
    shown=TEXT,
    since=TEXT,
)
WITH_PICTURE = MESSAGE | {
    "properties": MESSAGE["properties"] | {"photo": {"type": "string", "format": "binary"}}
}
SMS = _fields(
    ("From", "MessageSid"),
    From={"type": "string", "minLength": 1, "maxLength": 40},
    MessageSid={"type": "string", "minLength": 1, "maxLength": 40},
    Body={"anyOf": [TEXT, _one_of("english", "1", "STOP", "done")]},
    OptOutType=_one_of("STOP", "START", "HELP", ""),
    NumMedia=_one_of("0", "1", "10", "-1", "x"),
    MediaUrl0=TEXT,
    MediaContentType0=_one_of("image/jpeg", "text/vcard", ""),
    To=TEXT,
)
STATUS = _fields(
    MessageSid={"type": "string", "maxLength": 40},
    MessageStatus=_one_of("queued", "sent", "delivered", "undelivered", "failed", "read", "x", ""),
    ErrorCode=_one_of("", "21610", "30003", "x"),
)
FILE = _one_of("chat.css", "chat.js", "chat.svg", "../app.py", "%2e%2e/app.py", "/etc/passwd", "\x00", "")
PERSON = _fields(("id", "is_bot", "first_name"), id=NUMBER, is_bot=_one_of(True, False), first_name=TEXT)
CHAT = _fields(("id", "type"), id=NUMBER, type=_one_of("private", "group", "channel"))
UPDATE = _fields(
    ("update_id",),
    update_id=NUMBER,
    message=_fields(
        ("message_id", "date", "chat", "from"),
        message_id=NUMBER,
        date=NUMBER,
        chat=CHAT,
        text=TEXT,
        caption=TEXT,
        **{"from": PERSON},
    ),
    edited_message=_fields(("message_id", "date", "chat"), message_id=NUMBER, date=NUMBER, chat=CHAT),
    callback_query=_fields(
        ("id", "from", "chat_instance"), id=TEXT, data=TEXT, chat_instance=TEXT, **{"from": PERSON}
    ),
)


def _asked(*, query: Iterable[str] = (), **bodies: Schema) -> Schema:
    parameters = [{"name": name, "in": "query", "schema": TEXT} for name in query]
    content = {name.replace("__", "/").replace("_", "-"): {"schema": body} for name, body in bodies.items()}
    body = {"requestBody": {"content": content}} if content else {}
    return {"parameters": parameters, "responses": {"default": {"description": "any"}}} | body


PATHS: dict[str, dict[str, Schema]] = {
    "/": {
        "get": _asked(query=("lang", "at")),
        "post": _asked(application__x_www_form_urlencoded=MESSAGE, multipart__form_data=WITH_PICTURE),
    },
    "/stay": {"post": _asked(application__x_www_form_urlencoded=_fields(shown=TEXT))},
    "/exit": {"get": _asked(), "post": _asked(application__x_www_form_urlencoded=_fields(shown=TEXT))},
    "/channels/sms": {"post": _asked(query=("bodySHA256",), application__x_www_form_urlencoded=SMS)},
    "/channels/sms/fallback": {"post": _asked(application__x_www_form_urlencoded=SMS)},
    "/channels/sms/status": {"post": _asked(query=("m",), application__x_www_form_urlencoded=STATUS)},
    "/channels/telegram": {"post": _asked(application__json={"anyOf": [UPDATE, {}]})},
    "/healthz": {"get": _asked()},
    "/readyz": {"get": _asked()},
    "/static/{filename}": {
        "get": _asked(query=("v",))
        | {"parameters": [{"name": "filename", "in": "path", "required": True, "schema": FILE}]}
    },
}
DESCRIPTION: Schema = {
    "openapi": "3.0.3",
    "info": {"title": "The public app", "version": "1"},
    "paths": PATHS,
}


@dataclass
class Door:
    """The app behind a hand that signs, knows the secret and holds a page that was opened before."""

    app: Flask
    cookie: str
    token: str

    @classmethod
    def of(cls, app: Flask) -> "Door":
        """Begin a chat, as somebody would, and keep what their page sends along."""
        client = app.test_client()
        token = _CSRF.findall(client.get("/", base_url=PUBLIC_URL).text)[0]
        form = {"id": "first", "language": "en", "csrf_token": token}
        client.post("/", data=form, base_url=PUBLIC_URL)
        name = app.config["SESSION_COOKIE_NAME"]
        cookie = client.get_cookie(name, domain=PUBLIC_URL.partition("://")[2])
        assert cookie is not None
        return cls(app, f"{name}={cookie.value}", token)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        match environ["PATH_INFO"]:
            case "/channels/sms" | "/channels/sms/fallback" | "/channels/sms/status":
                environ["HTTP_X_TWILIO_SIGNATURE"] = _signed(environ)
            case "/channels/telegram":
                environ["HTTP_X_TELEGRAM_BOT_API_SECRET_TOKEN"] = SECRET
            case _:
                environ["HTTP_COOKIE"], environ["HTTP_X_CSRFTOKEN"] = self.cookie, self.token
        with closing(cast("ClosingIterator", self.app(environ, start))) as answer:
            return list(answer)  # a file that is sent is not closed by whoever asks here


def _signed(environ: WSGIEnvironment) -> str:
    """Sign whatever is in the body as Twilio would, had it sent that."""
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = BytesIO(body)
    query = environ["QUERY_STRING"]
    url = PUBLIC_URL + environ["PATH_INFO"] + (f"?{query}" if query else "")
    fields = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    signed: str = RequestValidator(TOKEN).compute_signature(url, MultiDict(fields))
    return signed
