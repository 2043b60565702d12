"""A Bot API of our own on this machine: people write to it, and a bot that polls answers them."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any
from urllib.parse import parse_qs, unquote

from tests.making import buttons_of, telegram_message, telegram_press
from tests.reporter import Heard

ANSWER_SECONDS = 20
TOKEN = "123456:loopback"


CONFLICT = {"error_code": 409, "description": "Conflict: can't use getUpdates while a webhook is active"}
BLOCKED = {"error_code": 403, "description": "Forbidden: bot was blocked by the user"}
NOT_MODIFIED = {"error_code": 400, "description": "Bad Request: message is not modified"}


def too_many(seconds: int) -> dict[str, Any]:
    said = f"Too Many Requests: retry after {seconds}"
    return {"error_code": 429, "description": said, "parameters": {"retry_after": seconds}}


class Refused(Exception):
    """What the Bot API says no with."""


@dataclass
class BotApi:
    """What was written to the bot and not yet fetched, what the bot did, what it said."""

    address: str = ""
    updates: dict[int, dict[str, Any]] = field(default_factory=dict)
    called: list[str] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # the same, with what was given
    refusals: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # by method, each said once
    webhook: dict[str, Any] | None = None
    slow: dict[str, float] = field(default_factory=dict)  # by method, seconds
    said: Queue[dict[str, Any]] = field(default_factory=Queue)
    redrawn: Queue[dict[str, Any]] = field(default_factory=Queue)  # messages whose buttons changed
    files: dict[str, bytes] = field(default_factory=dict)  # by their id
    sizes: dict[str, int] = field(default_factory=dict)  # what is said of a file, where it is not so
    news: threading.Condition = field(default_factory=threading.Condition)

    def write(self, update: dict[str, Any], number: int | None = None) -> Heard:
        """Put an update where the bot will fetch it, and wait for what it says."""
        with self.news:
            self.updates[number or update["update_id"]] = update
            self.news.notify_all()
        method = self.said.get(timeout=ANSWER_SECONDS)
        return Heard(method["text"], tuple(buttons_of(method)))

    def call(self, method: str, given: Mapping[str, Any]) -> object:
        """Answer the bot's call. Raises Refused."""
        self.called.append(method)
        self.calls.append((method, dict(given)))
        time.sleep(self.slow.get(method, 0))
        if self.refusals.get(method):
            raise Refused(self.refusals[method].pop(0))
        match method:
            case "getMe":
                return {"id": 123456, "is_bot": True, "first_name": "Report", "username": "report_bot"}
            case "getupdates" if self.webhook is not None:
                raise Refused(CONFLICT)
            case "getupdates":
                return self._fetch(int(given.get("offset", 0)))
            case "setWebhook":
                self.webhook = dict(given)
                return True
            case "deleteWebhook":
                self.webhook = None
                return True
            case "editMessageReplyMarkup" if "reply_markup" in given:
                self.redrawn.put(dict(given))
                return True
            case "sendMessage":
                self.said.put(dict(given))
                chat = {"id": int(given["chat_id"]), "type": "private"}
                return {"message_id": 1, "date": 1795003200, "chat": chat, "text": given["text"]}
            case "getFile":
                return self._file(given["file_id"])
            case _:
                return True

    def made(self, method: str) -> list[dict[str, Any]]:
        """Return what each call of a method was given."""
        return [given for name, given in self.calls if name == method]

    def _file(self, file_id: str) -> object:
        if file_id not in self.files:
            raise Refused({"error_code": 400, "description": "Bad Request: invalid file_id"})
        size = self.sizes.get(file_id, len(self.files[file_id]))
        return {"file_id": file_id, "file_unique_id": file_id, "file_size": size, "file_path": file_id}

    def _fetch(self, offset: int) -> list[dict[str, Any]]:
        with self.news:
            for number in [number for number in self.updates if number < offset]:
                del self.updates[number]
            self.news.wait_for(lambda: self.updates, timeout=0.2)
            return list(self.updates.values())


@dataclass
class ByPolling:
    """Somebody in Telegram, whose bot has no public address."""

    api: BotApi
    chat: int = 5001

    def greet(self) -> Heard:
        return self.say("/start")

    def say(self, text: str) -> Heard:
        return self.api.write(telegram_message(text, self.chat))

    def press(self, data: str) -> Heard:
        return self.api.write(telegram_press(data, self.chat))


@contextmanager
def bot_api() -> Iterator[tuple[BotApi, str]]:
    """Yield the API and its address."""
    api = BotApi()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            token, _, method = self.path.removeprefix("/bot").partition("/")
            given = {name: _value(value) for name, (value,) in parse_qs(body).items()}
            try:
                answer = api.call(method, given)
                result: dict[str, Any] = {"ok": token == TOKEN, "result": answer}
            except Refused as refused:
                result = {"ok": False, **refused.args[0]}
            self.send_response(result.get("error_code", 200))
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):  # whoever asked has gone
                self.wfile.write(json.dumps(result).encode())

        def do_GET(self) -> None:
            name = unquote(self.path).removeprefix(f"/file/bot{TOKEN}/")
            api.called.append("a file")
            self.send_response(200 if name in api.files else 404)
            self.end_headers()
            self.wfile.write(api.files.get(name, b""))

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        api.address = f"http://127.0.0.1:{server.server_port}"
        yield api, api.address
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _value(text: str) -> Any:
    return json.loads(text) if text.startswith(("{", "[")) else text
