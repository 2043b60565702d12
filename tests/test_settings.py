"""Settings: what is wrong is named at once, all of it and none of its values; what is unset is off."""

from pathlib import Path

import pytest

from bot.settings import Settings
from casebridge.settings import FaultySettings
from tests.running import bot

SECRET = "zimtstern-secret"
WRONG = {
    "PORT": "99999",
    "WEB_WORKERS": "none",
    "AREA": "nowhere",
    "PUBLIC_URL": "somewhere.example",
    "EXIT_URL": "ftp://weather.example",
    "TWILIO_AUTH_TOKEN": SECRET,
    "TWILIO_API_URL": "//x",
    "TELEGRAM_WEBHOOK_SECRET": f"{SECRET} with a space",
    "TELEGRAM_API_URL": "127.0.0.1:9",
}


def test_every_fault_is_named_at_once_and_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in WRONG.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(FaultySettings) as refused:
        Settings.read(_env_file=None)

    assert [fault.split(":")[0] for fault in refused.value.faults] == sorted(WRONG, key=_place)
    assert not [value for value in WRONG.values() if len(value) > 4 and value in str(refused.value)]


@pytest.mark.parametrize("command", ["serve", "telegram", "migrate", "run"])
def test_no_command_starts_with_wrong_settings(tmp_path: Path, command: str) -> None:
    done = bot(tmp_path, command, **WRONG)

    assert done.returncode == 2
    assert sorted(line.split(":")[0] for line in done.stderr.splitlines()) == sorted(WRONG)
    assert done.stdout == ""
    assert SECRET not in done.stderr


@pytest.mark.parametrize(
    "given", [{"TWILIO_ACCOUNT_SID": "AC1"}, {"TWILIO_AUTH_TOKEN": SECRET}], ids=["no token", "no account"]
)
def test_half_of_twilios_settings_is_a_fault(tmp_path: Path, given: dict[str, str]) -> None:
    done = bot(tmp_path, "serve", **given)

    assert done.returncode == 2
    (fault,) = done.stderr.splitlines()
    assert "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN go together" in fault


def test_a_second_token_goes_beside_a_first() -> None:
    with pytest.raises(FaultySettings) as refused:
        Settings.read(_env_file=None, twilio_secondary_auth_token=SECRET)

    assert [fault.split(":")[0] for fault in refused.value.faults] == ["TWILIO_SECONDARY_AUTH_TOKEN"]


@pytest.mark.parametrize("url", ["reports.db", "postgres//x", "mysql://x/y", "sqlite:///:memory:"])
def test_an_address_of_no_database_of_ours_is_a_fault(url: str) -> None:
    with pytest.raises(FaultySettings):
        Settings.read(_env_file=None, database_url=url)


def test_a_file_named_env_is_read_and_the_environment_comes_before_it(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("PORT=8123\nTELEGRAM_WEBHOOK_SECRET=from-the-file\nSOMETHING_ELSE=1\n")

    read = Settings.read(_env_file=file, port=8124)

    assert (read.port, read.telegram_webhook_secret.get_secret_value()) == (8124, "from-the-file")


def test_an_empty_setting_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in WRONG:
        monkeypatch.setenv(name, "")

    assert Settings.read(_env_file=None) == Settings.model_construct()


def test_a_secret_is_not_shown_with_the_settings() -> None:
    shown = Settings.read(
        _env_file=None, twilio_account_sid="AC1", twilio_auth_token=SECRET,
        twilio_secondary_auth_token=SECRET, telegram_webhook_secret=SECRET, telegram_bot_token=SECRET,
    )  # fmt: skip

    assert SECRET not in f"{shown!r} {shown} {shown.model_dump_json()}"


@pytest.mark.parametrize(
    ("given", "sms", "telegram"),
    [
        ({}, False, False),
        ({"twilio_account_sid": "AC1", "twilio_auth_token": "t"}, True, False),
        ({"telegram_webhook_secret": "s"}, False, True),
        ({"telegram_bot_token": "1:t"}, False, False),
    ],
)
def test_a_channel_is_on_where_its_secrets_are_set(given: dict[str, str], sms: bool, telegram: bool) -> None:
    read = Settings.read(_env_file=None, **given)

    assert (read.sms_is_on, read.telegram_is_on) == (sms, telegram)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("", "http://127.0.0.1:8000"),
        ("https://a.example/", "https://a.example"),
        ("http://b:81", "http://b:81"),
    ],
)
def test_our_address_is_the_public_one_or_this_machine(url: str, address: str) -> None:
    assert Settings.read(_env_file=None, public_url=url).address == address


def _place(name: str) -> int:
    return list(Settings.model_fields).index(name.lower())
