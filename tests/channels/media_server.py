"""Twilio's API on this machine, as far as pictures are fetched and deleted there."""

import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep

ACCOUNT = "AC0123456789"


@dataclass
class MediaServer:
    """What lies where, and what was asked for: the path, and the credentials that came along."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0  # seconds between two parts of a file
    asked: list[tuple[str, str]] = field(default_factory=list)
    deleted: list[tuple[str, str]] = field(default_factory=list)
    faults: list[int] = field(default_factory=list)  # statuses of the next answers
    let_go: threading.Event = field(default_factory=threading.Event)  # nothing is answered before
    reached: threading.Event = field(default_factory=threading.Event)  # somebody is waiting

    def keep(self, name: str, content: bytes) -> str:
        """Lay a picture where Twilio says it is; return its address."""
        path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages/MM1/Media/{name}"
        self.files[path] = content
        return self.address + path


@contextmanager
def media_server() -> Iterator[MediaServer]:
    served = MediaServer()
    served.let_go.set()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append((self.path, self.credentials()))
            served.reached.set()
            served.let_go.wait()
            if served.faults:
                self.send_response(served.faults.pop(0))
                self.end_headers()
                return
            if self.path in served.redirects:
                self.send_response(307)
                self.send_header("Location", served.redirects[self.path])
                self.end_headers()
                return
            self.send_response(200 if self.path in served.files else 404)
            self.end_headers()
            _send(self.wfile.write, served.files.get(self.path, b""), served.wait)

        def do_DELETE(self) -> None:
            served.deleted.append((self.path, self.credentials()))
            status = 204 if served.files.pop(self.path, None) is not None else 404
            self.send_response(served.faults.pop(0) if served.faults else status)
            self.end_headers()

        def credentials(self) -> str:
            _, _, credentials = self.headers.get("Authorization", "").partition(" ")
            return b64decode(credentials).decode()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    served.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield served
    finally:
        served.let_go.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _send(write: Callable[[bytes], object], content: bytes, wait: float) -> None:
    if not wait:
        write(content)
        return
    try:
        for at in range(len(content)):
            write(content[at : at + 1])
            sleep(wait)
    except OSError:  # whoever asked has gone
        return
