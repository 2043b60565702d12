"""`python -m bot telegram`: a whole report without a public address, against a Bot API of our own."""

import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from telegram import Update

from bot.channels import polling
from bot.service import Service
from tests.channels.bot_api import BLOCKED, TOKEN, BotApi, ByPolling, bot_api
from tests.making import conversation, make_service, make_settings, rows, telegram_message
from tests.reporter import Reporter
from tests.running import environment

TYPED = ("story", "why", "contact_details", "contact_safe", "safe_word")  # by the reporter, even with buttons


@pytest.fixture
def service(tmp_path: Path, database_url: str) -> Iterator[Service]:
    made = make_service(make_settings(tmp_path, database_url))
    yield made
    made.database.close()


@contextmanager
def polling_bot(
    tmp_path: Path,
    database_url: str,
    webhook: dict[str, Any] | None = None,
    waiting: Iterable[dict[str, Any]] = (),
) -> Iterator[BotApi]:
    """The program at work. `webhook`: how updates came before; `waiting`: what was written meanwhile."""
    log = tmp_path / "log"
    with bot_api() as (api, address), log.open("wb") as file:
        api.webhook, api.updates = webhook, {update["update_id"]: update for update in waiting}
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


def test_what_cannot_be_read_or_said_stops_nobody_behind_it(
    service: Service, tmp_path: Path, database_url: str
) -> None:
    unreadable, refused = telegram_message("x") | {"message": []}, telegram_message("hello")

    with polling_bot(tmp_path, database_url, waiting=[unreadable, refused]) as api:
        api.refusals["sendMessage"] = [BLOCKED]
        heard = api.write(telegram_message("english"))

    assert heard.text != ""
    assert len(api.made("sendMessage")) == 2
    assert conversation(service, "telegram", "5001").language == "en"


@pytest.mark.both_databases
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

    method = polling.answered(service, Update.de_json(telegram_message("english"), None))

    assert method is not None
    assert conversation(service, "telegram", "5001").language == "en"
