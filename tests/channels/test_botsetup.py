"""What Telegram is told about the bot, and the one setting that says how updates come."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.channels.botline import BotLine
from bot.channels.botsetup import choose_way, commands, introduce
from bot.channels.updates import ALLOWED
from bot.core.commands import called
from bot.settings import Settings
from casebridge.settings import FaultySettings
from tests.channels.bot_api import TOKEN, BotApi, bot_api
from tests.channels.test_polling import polling_bot
from tests.making import PUBLIC_URL, SECRET, conversation, make_service, make_settings, telegram_message
from tests.running import bot
from tests.talk import KNOWLEDGE, TEXTS

LANGUAGES = [language.code for language in KNOWLEDGE.phrasebook.languages]
WEBHOOK, POLLING = {"telegram_webhook_secret": SECRET}, {"telegram_bot_token": TOKEN}


@pytest.fixture
def api() -> Iterator[BotApi]:
    with bot_api() as (api, _):
        yield api


@pytest.fixture
def line(api: BotApi) -> Iterator[BotLine]:
    made = BotLine(TOKEN, api.address)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("given", "by_webhook", "polled"),
    [
        ({}, False, False),
        (WEBHOOK, True, False),
        (POLLING, False, True),
        (WEBHOOK | POLLING, True, False),
        (WEBHOOK | POLLING | {"telegram_updates": "webhook"}, True, False),
        (WEBHOOK | POLLING | {"telegram_updates": "polling"}, False, True),
    ],
)
def test_updates_come_one_way(given: dict[str, Any], by_webhook: bool, polled: bool) -> None:
    settings = Settings.read(_env_file=None, **given)

    assert (settings.telegram_is_on, settings.telegram_is_polled) == (by_webhook, polled)


@pytest.mark.parametrize(
    "given",
    [{"telegram_updates": "webhook"} | POLLING, {"telegram_updates": "polling"} | WEBHOOK,
     {"telegram_updates": "both"} | POLLING],
)  # fmt: skip
def test_a_way_without_what_it_needs_is_a_fault(given: dict[str, Any]) -> None:
    with pytest.raises(FaultySettings) as refused:
        Settings.read(_env_file=None, **given)

    assert [fault.split(":")[0] for fault in refused.value.faults] == ["TELEGRAM_UPDATES"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_registered_command_is_one_that_is_obeyed(language: str) -> None:
    listed = commands(KNOWLEDGE, language)

    assert len({name for name, _ in listed}) == len(listed)
    for name, about in listed:
        assert re.fullmatch(r"[a-z0-9_]{1,32}", name)
        assert 3 <= len(about) <= 256
        assert called(name, TEXTS, KNOWLEDGE.phrasebook) is not None


def test_commands_and_what_the_bot_is_are_told_in_each_language_telegram_knows(
    line: BotLine, api: BotApi
) -> None:
    line.ask(lambda bot: introduce(bot, KNOWLEDGE), 20)

    told = [given.get("language_code", "") for given in api.made("setMyCommands")]
    assert told == ["" if code == "en" else code for code in LANGUAGES if len(code) == 2]
    assert {given["scope"]["type"] for given in api.made("setMyCommands")} == {"all_private_chats"}
    assert all(0 < len(given["description"]) <= 512 for given in api.made("setMyDescription"))
    assert all(0 < len(given["short_description"]) <= 120 for given in api.made("setMyShortDescription"))


def test_the_webhook_is_set_with_its_secret_and_what_we_use(
    line: BotLine, api: BotApi, tmp_path: Path
) -> None:
    settings = make_settings(tmp_path, telegram_bot_token=TOKEN, telegram_api_url=api.address)

    line.ask(lambda bot: choose_way(bot, settings))

    assert api.webhook == {
        "url": f"{PUBLIC_URL}/channels/telegram",
        "secret_token": SECRET,
        "allowed_updates": list(ALLOWED),
        "max_connections": "8",
        "drop_pending_updates": "false",
    }


def test_the_program_sets_the_webhook_and_ends(api: BotApi, tmp_path: Path) -> None:
    make_settings(tmp_path)
    given = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": api.address,
        "TELEGRAM_WEBHOOK_SECRET": SECRET,
        "PUBLIC_URL": PUBLIC_URL,
    }

    done = bot(tmp_path, "telegram", **given)

    assert (done.returncode, done.stdout.strip()) == (0, "Updates come by webhook from now on.")
    assert api.webhook is not None
    assert TOKEN not in done.stdout + done.stderr


def test_without_a_public_address_no_webhook_is_set(api: BotApi, tmp_path: Path) -> None:
    given = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": api.address, "TELEGRAM_WEBHOOK_SECRET": SECRET}

    done = bot(tmp_path, "telegram", **given)

    assert done.returncode == 1
    assert "PUBLIC_URL" in done.stderr
    assert api.called == []


def test_a_token_that_telegram_refuses_is_told_without_naming_it(api: BotApi, tmp_path: Path) -> None:
    make_settings(tmp_path)
    api.refusals["setMyCommands"] = [{"error_code": 401, "description": "Unauthorized"}]
    given = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": api.address}

    done = bot(tmp_path, "telegram", **given)

    assert done.returncode == 1
    assert done.stderr.strip().endswith("Telegram did not take it: InvalidToken")
    assert TOKEN not in done.stdout + done.stderr


def test_what_waits_at_telegram_is_answered_after_a_change_to_polling(
    tmp_path: Path, database_url: str
) -> None:
    service = make_service(make_settings(tmp_path, database_url))
    waiting = telegram_message("english")

    with polling_bot(tmp_path, database_url, webhook={"url": PUBLIC_URL}, waiting=[waiting]) as api:
        said = api.said.get(timeout=20)
        api.write(telegram_message("help"))

    assert said["chat_id"] == "5001"
    assert api.webhook is None
    assert conversation(service, "telegram", "5001").language == "en"
    assert api.made("deleteWebhook") == [{"drop_pending_updates": "false"}]
    assert api.updates == {}  # told to be done with, so that nobody is given them again
    service.database.close()
