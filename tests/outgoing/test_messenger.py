"""The messenger as a process: it expires, writes first, and ends when it is told to."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from bot.following import FOLLOW_UP
from bot.service import Service
from bot.settings import Settings
from bot.store import CONVERSATION
from tests.canaries import found_in
from tests.channels.twilio_api import HANG, OURS, TwilioApi
from tests.making import PHONE, TOKEN, counts
from tests.outgoing.chats import TOKEN as BOT_TOKEN
from tests.outgoing.news import agrees, ask_something, states
from tests.running import ROOT

SECONDS = 20


@pytest.fixture
def env(settings: Settings) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": settings.database_url,
        "VAR_DIR": str(settings.var_dir),
    }


def _with_providers(env: Mapping[str, str], settings: Settings) -> dict[str, str]:
    return {
        **env,
        "TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM": OURS,
        "TWILIO_API_URL": settings.twilio_api_url,
        "TELEGRAM_BOT_TOKEN": BOT_TOKEN,
        "TELEGRAM_API_URL": settings.telegram_api_url,
    }


def _runs_until(env: Mapping[str, str], done: Callable[[], bool]) -> list[dict[str, str]]:
    """Run a messenger until something is so; return what it logged."""
    started = subprocess.Popen(
        [sys.executable, "-m", "bot", "messenger"], env=dict(env), cwd=ROOT, stdout=subprocess.PIPE
    )
    deadline = time.monotonic() + SECONDS
    while not done() and time.monotonic() < deadline and started.poll() is None:
        time.sleep(0.05)
    started.send_signal(signal.SIGTERM)
    said, _ = started.communicate(timeout=SECONDS)
    assert started.returncode == 0
    assert done()
    assert found_in(said.decode(), PHONE, PHONE[1:], TOKEN, BOT_TOKEN) == []
    return [json.loads(line) for line in said.splitlines()]


def _a_question_just_now(service: Service) -> None:
    reference = agrees(service)
    now = datetime.now(UTC)
    with service.database.begin() as connection:
        connection.execute(update(FOLLOW_UP).values(since=now - timedelta(hours=1)))
    ask_something(service, reference, now - timedelta(minutes=1))


def _expired(service: Service) -> None:
    with service.database.begin() as connection:
        connection.execute(update(CONVERSATION).values(expires_at=datetime(2020, 1, 1, tzinfo=UTC)))


def test_without_a_provider_it_says_so_and_expires(service: Service, env: dict[str, str]) -> None:
    agrees(service)
    _expired(service)

    said = _runs_until(env, lambda: counts(service.database, "conversation") == {"conversation": 0})

    assert [line["event"] for line in said] == ["sends nothing: no provider is set", "expired"]


@pytest.mark.both_databases
def test_what_is_due_is_noticed_and_a_slow_provider_delays_no_expiry(
    service: Service, settings: Settings, api: TwilioApi, env: dict[str, str]
) -> None:
    _a_question_just_now(service)
    _expired(service)
    api.answers = [HANG]

    _runs_until(
        _with_providers(env, settings),
        lambda: counts(service.database, "conversation") == {"conversation": 0} and len(states(service)) == 1,
    )

    assert states(service)[0][1] in ("due", "sending", "unknown")  # by the hour of the day
