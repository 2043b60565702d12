"""A browser for the tests that need one: Debian's Chromium, and a server in a thread.

Without Chromium these tests are skipped and say so; with BROWSER_TESTS=required they fail.
"""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-features=IsolateOrigins,site-per-process,PaintHolding",
    "--disable-extensions",
    "--mute-audio",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 15_000  # before a page that does not come is a fault: other tests have the processor too


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for these tests; every test opens a context of its own.

    It is closed with the last of them: while playwright is open its event loop runs in this thread,
    and nothing else there can run one.
    """
    chromium = shutil.which("chromium")
    if chromium is None:
        missing = "no 'chromium' on PATH: apt-get install chromium"
        if os.environ.get("BROWSER_TESTS") == "required":
            pytest.fail(missing)
        pytest.skip(missing)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield opened
        opened.close()


@contextmanager
def serve(app: Flask) -> Iterator[str]:
    """Serve an app on a free port of this machine and yield its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Quiet(WSGIRequestHandler):
    """Leaves the test's output to the test."""

    def log(self, type: str, message: str, *args: object) -> None: ...
