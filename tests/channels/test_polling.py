"""`python -m bot telegram`: a whole report without a public address, against a Bot API of our own."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from telegram import Update

from bot.channels import polling
from bot.service import Service
from tests.channels.bot_api import TOKEN, BotApi, ByPolling, bot_api
from tests.making import conversation, make_service, make_settings, rows, telegram_message
from tests.reporter import Reporter
from tests.running import environment

TYPED = ("story", "why", "contact_details", "contact_safe", "safe_word")  # typed even with buttons


@pytest.fixture
def service(tmp_path: Path, database_url: str) -> Iterator[Service]:
    made = make_service(make_settings(tmp_path, database_url))
    yield made
    made.database.close()


@contextmanager
def polling_bot(tmp_path: Path, database_url: str) -> Iterator[BotApi]:
    log = tmp_path / "log"
    with bot_api() as (api, address), log.open("wb") as file:
        given = {"DATABASE_URL": database_url, "TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": address}
        started = subprocess.Popen(
            [sys.executable, "-m", "bot", "telegram"],
            env=environment(tmp_path, **given),
            cwd=tmp_path,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        try:
            yield api
        finally:
            started.send_signal(signal.SIGINT)
            assert started.wait(20) == 0
    assert TOKEN not in log.read_text()
    assert "Traceback" not in log.read_text()


def test_a_whole_report_is_made_by_pressing_buttons_and_a_repeated_update_moves_nothing(
    service: Service, tmp_path: Path, database_url: str
) -> None:
    with polling_bot(tmp_path, database_url) as api:
        reporter = Reporter(ByPolling(api)).report()
        update = telegram_message("?")
        first = api.write(update)
        before = rows(service.database)

        again = api.write(update, number=update["update_id"] + 1)

        assert again == first
        assert rows(service.database) == before
    assert [row[0] for row in before["report"]] == [reporter.reference]
    presses = len([name for name in reporter.asked if name not in TYPED]) + 1
    assert api.called.count("answerCallbackQuery") == presses


def test_an_update_waits_for_a_database_that_is_away(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Telegram gives it once only."""
    engine, tries = service.database.engine, iter(range(9))

    def away_twice(dialect: Any, *_: object) -> None:
        if next(tries) < 2:
            raise dialect.loaded_dbapi.OperationalError("away")

    engine.dispose()
    event.listen(engine, "do_connect", away_twice)
    monkeypatch.setattr(polling, "DATABASE_AWAY_SECONDS", 0)

    method = asyncio.run(polling.answered(service, Update.de_json(telegram_message("english"), None)))

    assert method is not None
    assert conversation(service, "telegram", "5001").language == "en"
