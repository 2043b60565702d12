"""`python -m bot serve`: what it says at start, and what it refuses to start without."""

from pathlib import Path

import httpx
import pytest

from bot.migrating import migrate
from casebridge.database import Database
from tests.making import make_settings
from tests.running import bot, serving


def test_a_channel_without_its_secrets_is_off_and_said_so(tmp_path: Path) -> None:
    database = Database(make_settings(tmp_path).database)
    migrate(database)
    database.close()

    with serving(tmp_path, {}, tmp_path / "log") as address:
        statuses = [httpx.post(f"{address}/channels/{name}").status_code for name in ("sms", "telegram")]

    said = [line for line in (tmp_path / "log").read_text().splitlines() if ": off" in line]
    assert statuses == [404, 404]
    assert said == [
        "sms: off, because TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN is not set",
        "whatsapp: off, because TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN is not set",
        "telegram: off, because TELEGRAM_WEBHOOK_SECRET is not set",
    ]


@pytest.mark.parametrize("lacks", ["drafts", "recipients", "code-pepper", "address.key"])
def test_without_its_keys_it_does_not_start_and_says_what_is_missing(tmp_path: Path, lacks: str) -> None:
    folder = make_settings(tmp_path).public_keys
    (folder / lacks).rename(tmp_path / "elsewhere")

    done = bot(tmp_path, "serve")

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr
