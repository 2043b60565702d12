"""Twilio's REST API for messages, on this machine: what the real library is driven against."""

import json
import threading
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.making import TOKEN

ACCOUNT = "AC0123456789"
OURS = "+441642000000"
DROP, DROP_UNTAKEN, HANG = "drop", "drop untaken", "hang"
_PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Messages"


@dataclass
class TwilioApi:
    """The messages Twilio has, newest last; what it answers next to a message handed over."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)  # (status, code), DROP, HANG: each for one `create`
    forms: list[dict[str, str]] = field(default_factory=list)  # as they were handed over
    asked: list[str] = field(default_factory=list)  # method and path of every request
    refused: list[str] = field(default_factory=list)  # ids that cannot be changed
    media: dict[str, dict[str, str]] = field(default_factory=dict)  # of a message: ids and content types
    address: str = ""
    page: int = 1000
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    gone: threading.Event = field(default_factory=threading.Event)  # ends what hangs

    def has(self, body: str, sender: str = "+447700900123", ago: float = 600, **more: Any) -> str:
        """Have a message that somebody sent to us, `ago` seconds before now."""
        return self._keep(body, sender, OURS, "inbound", "received", ago, **more)

    def has_sent(self, body: str, to: str = "+447700900123", ago: float = 600, **more: Any) -> str:
        """Have a message that was sent for us."""
        direction, status = more.pop("direction", "outbound-reply"), more.pop("status", "delivered")
        return self._keep(body, OURS, to, direction, status, ago, **more)

    def attach(self, sid: str, **media: str) -> None:
        """Hang media on a message: their ids and content types."""
        self.media[sid] = media
        next(each for each in self.messages if each["sid"] == sid)["num_media"] = str(len(media))

    def body_of(self, sid: str) -> str:
        return str(next(each["body"] for each in self.messages if each["sid"] == sid))

    @property
    def sent(self) -> list[str]:
        """Whom the API was asked to send a message to, and took it."""
        return [each["to"] for each in self.messages if each["direction"] == "outbound-api"]

    def _keep(
        self, body: str, sender: str, to: str, direction: str, status: str, ago: float, **more: Any
    ) -> str:
        sid = f"SM{len(self.messages):032x}"
        moment = format_datetime(self.now - timedelta(seconds=ago))
        kept = {
            "sid": sid, "body": body, "from": sender, "to": to, "direction": direction, "status": status,
            "date_created": moment, "date_sent": moment, "date_updated": moment, "num_media": "0",
            "num_segments": "1", "error_code": None, "account_sid": ACCOUNT,
        }  # fmt: skip
        self.messages.append(kept | more)
        return sid

    def create(self, form: Mapping[str, str]) -> tuple[int, object] | None:
        """Take a message, or do what was asked for instead; None drops the connection."""
        self.forms.append(dict(form))
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, tuple):
            status, code = answer
            return status, {"status": status, "code": code, "message": f"no {form['To']}", "more_info": ""}
        if answer == DROP_UNTAKEN:
            return None
        sid = self._keep(form.get("Body", ""), form.get("From", ""), form["To"], "outbound-api", "queued", 0)
        if answer == DROP:
            return None
        if answer == HANG:
            self.gone.wait(30)
            return None
        return 201, next(each for each in self.messages if each["sid"] == sid)

    def listed(self, query: Mapping[str, str]) -> dict[str, Any]:
        """Return a page of what fits, the newest first."""
        fitting = [each for each in reversed(self.messages) if query.get("To", each["to"]) == each["to"]]
        size = min(int(query.get("PageSize", 50)), self.page)
        start = int(query.get("Page", 0)) * size
        more = start + size < len(fitting)
        following = f"{_PATH}.json?PageSize={size}&Page={start // size + 1}"
        return {"messages": fitting[start : start + size], "next_page_uri": following if more else None}

    def media_of(self, sid: str) -> dict[str, Any]:
        """Return what hangs on a message, as the list of its media."""
        path = f"{_PATH}/{sid}/Media"
        listed = [
            {
                "sid": name,
                "content_type": kind,
                "parent_sid": sid,
                "account_sid": ACCOUNT,
                "uri": f"{path}/{name}.json",
            }
            for name, kind in self.media.get(sid, {}).items()
        ]
        return {"media_list": listed, "next_page_uri": None}

    def update(self, sid: str, form: Mapping[str, str]) -> tuple[int, object]:
        if sid in self.refused:
            return 409, {"status": 409, "code": 20009, "message": "cannot be changed now"}
        message = next(each for each in self.messages if each["sid"] == sid)
        message["body"] = form["Body"]
        return 200, message


@contextmanager
def twilio_api() -> Iterator[TwilioApi]:
    """Yield the API; its address is in it."""
    api = TwilioApi()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("_Its", (_Handler,), {"api": api}))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    api.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield api
    finally:
        api.gone.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    api: TwilioApi

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        form = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
        path = urlsplit(self.path).path
        if not self._may():
            return
        if path == f"{_PATH}.json":
            self._answer(self.api.create(form))
        else:
            self._answer(self.api.update(path.removeprefix(f"{_PATH}/").removesuffix(".json"), form))

    def do_GET(self) -> None:
        if self._may():
            there = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(there.query).items()}
            message, media, _ = there.path.removeprefix(f"{_PATH}/").partition("/Media.json")
            self._answer((200, self.api.media_of(message) if media else self.api.listed(query)))

    def _may(self) -> bool:
        self.api.asked.append(f"{self.command} {urlsplit(self.path).path}")
        _, _, credentials = self.headers.get("Authorization", "").partition(" ")
        right = b64decode(credentials).decode() == f"{ACCOUNT}:{TOKEN}"
        if not right:
            self._answer((401, {"status": 401, "code": 20003, "message": "Authenticate"}))
        return right

    def _answer(self, answer: tuple[int, object] | None) -> None:
        if answer is None:
            self.connection.close()
            return
        with suppress(OSError):  # whoever asked has gone
            self.send_response(answer[0])
            self.end_headers()
            self.wfile.write(json.dumps(answer[1]).encode())

    def finish(self) -> None:
        with suppress(OSError, ValueError):
            super().finish()

    def log_message(self, *_: object) -> None: ...
