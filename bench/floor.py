"""The floor of a durable turn: a Flask view that does one commit of the same size, and nothing else.

`python -m bench.floor` serves it by the very call that serves ours, with the application exchanged.
"""

import itertools
import logging
import os
import sqlite3
import threading
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import psycopg
from flask import Flask, Response, request
from granian.server import Server

from bot import serving
from bot.settings import Settings

MESSAGE_BYTES, STATE_BYTES, CONVERSATIONS = 1000, 600, 10_000
PATH = "/channels/sms"
REPLY = (
    '<?xml version="1.0" encoding="UTF-8"?><Response><Message>' + "Thank you. " * 30 + "</Message></Response>"
)

Commit = Callable[[str, bytes, int], None]


def application() -> Flask:
    """Make the floor's application on the database named by DATABASE_URL."""
    address = os.environ["DATABASE_URL"]
    commit = _sqlite(address) if address.startswith("sqlite") else _postgresql(address)
    numbers = itertools.count()
    logging.getLogger("waitress").setLevel(logging.ERROR)  # it tells of every message that waits
    app = Flask(__name__)

    @app.post(PATH)
    def take() -> Response:
        message = request.form.get("Body", "").encode().ljust(MESSAGE_BYTES, b"x")
        commit(request.form.get("MessageSid", ""), message, next(numbers) * 7919 % CONVERSATIONS)
        return Response(REPLY, mimetype="text/xml")

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    return app


def make_tables(address: str) -> None:
    """Make the floor's tables and its conversations."""
    rows = ((number, b"s" * STATE_BYTES) for number in range(CONVERSATIONS))
    if address.startswith("sqlite"):
        lite = sqlite3.connect(_file(address))
        lite.execute("PRAGMA journal_mode=WAL")
        lite.execute("CREATE TABLE message (id TEXT PRIMARY KEY, body BLOB NOT NULL)")
        lite.execute("CREATE TABLE talk (id INTEGER PRIMARY KEY, state BLOB NOT NULL)")
        lite.executemany("INSERT INTO talk VALUES (?, ?)", rows)
        lite.commit()
        lite.close()
        return
    with psycopg.connect(_psycopg(address)) as large:
        large.execute("CREATE TABLE message (id TEXT PRIMARY KEY, body BYTEA NOT NULL)")
        large.execute("CREATE TABLE talk (id INTEGER PRIMARY KEY, state BYTEA NOT NULL)")
        large.cursor().executemany("INSERT INTO talk VALUES (%s, %s)", rows)


def _sqlite(address: str) -> Commit:
    lock, mine = threading.Lock(), threading.local()
    state = b"t" * STATE_BYTES

    def connection() -> sqlite3.Connection:
        if not hasattr(mine, "connection"):
            mine.connection = sqlite3.connect(_file(address), isolation_level=None)
            mine.connection.execute("PRAGMA synchronous=FULL")
        found: sqlite3.Connection = mine.connection
        return found

    def commit(message_id: str, message: bytes, talk: int) -> None:
        with lock:
            run = connection().execute
            run("BEGIN IMMEDIATE")
            run("INSERT INTO message VALUES (?, ?)", (message_id, message))
            run("UPDATE talk SET state = ? WHERE id = ?", (state, talk))
            run("COMMIT")

    return commit


def _postgresql(address: str) -> Commit:
    mine = threading.local()
    state = b"t" * STATE_BYTES

    def commit(message_id: str, message: bytes, talk: int) -> None:
        if not hasattr(mine, "connection"):
            mine.connection = psycopg.connect(_psycopg(address))
        mine.connection.execute("INSERT INTO message VALUES (%s, %s)", (message_id, message))
        mine.connection.execute("UPDATE talk SET state = %s WHERE id = %s", (state, talk))
        mine.connection.commit()

    return commit


def _file(address: str) -> str:
    return address.removeprefix("sqlite:///")


def _psycopg(address: str) -> str:
    return address.replace("postgresql+psycopg", "postgresql")


def _server(_target: str, **settings: Any) -> Any:
    return Server("bench.floor:application", **settings)


if __name__ == "__main__":
    with patch.object(serving, "Server", _server):
        serving.serve_public(Settings.read())
