"""The Bot API as far as messages are sent by it, with what goes wrong there."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

TOKEN = "123456:loopback"
DROP = "drop"
BLOCKED = (403, {"description": "Forbidden: bot was blocked by the user"})
NOT_FOUND = (400, {"description": "Bad Request: chat not found"})


def too_many(seconds: int) -> tuple[int, dict[str, Any]]:
    said = f"Too Many Requests: retry after {seconds}"
    return 429, {"description": said, "parameters": {"retry_after": seconds}}


@dataclass
class Chats:
    """What the bot said; what is answered next in place of taking a message."""

    address: str = ""
    said: list[dict[str, str]] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)
    called: list[str] = field(default_factory=list)


@contextmanager
def chats() -> Iterator[Chats]:
    """Yield the API; its address is in it."""
    api = Chats()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("_Its", (_Handler,), {"api": api}))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    api.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield api
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    api: Chats

    def do_POST(self) -> None:
        given = parse_qs(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
        form = {name: values[0] for name, values in given.items()}
        self.api.called.append(self.path)
        answer = self.api.answers.pop(0) if self.api.answers else None
        if isinstance(answer, tuple):
            status, said = answer
            self._answer(status, {"ok": False, "error_code": status, **said})
            return
        if self.path != f"/bot{TOKEN}/sendMessage":
            self._answer(404, {"ok": False, "error_code": 404, "description": "Not Found"})
            return
        self.api.said.append(form)
        if answer == DROP:
            self.connection.close()
            return
        chat = {"id": int(form["chat_id"]), "type": "private"}
        message = {"message_id": len(self.api.said), "date": 1795003200, "chat": chat, "text": form["text"]}
        self._answer(200, {"ok": True, "result": message})

    def _answer(self, status: int, said: object) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    def finish(self) -> None:
        with suppress(OSError, ValueError):
            super().finish()

    def log_message(self, *_: object) -> None: ...
