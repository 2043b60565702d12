"""What the public tier reads from the environment or `.env`: each variable once."""

import re
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from casebridge.settings import Settings as SharedSettings


class Settings(SharedSettings):
    """The chat's own settings. A channel whose secrets are not set is off."""

    port: int = Field(default=8000, ge=1, le=65535)
    """Port of the chat and the webhooks."""
    host: str = "127.0.0.1"
    """Where the chat listens; `0.0.0.0` behind a proxy or in a container."""
    web_workers: int = Field(default=1, ge=1, le=64)
    """Processes that serve the chat; one for SQLite, as many as cores for PostgreSQL."""
    web_proxies: int = Field(default=0, ge=0, le=5)
    """How many reverse proxies of ours stand before the chat and add X-Forwarded-For."""
    public_url: str = ""
    """Address at which the world reaches us, as configured at Twilio and Telegram."""
    exit_url: str = "https://www.bbc.co.uk/weather"
    """Where "Leave this page" goes: a site nobody wonders about."""
    twilio_account_sid: str = ""
    """Twilio account; with the token, switches text messages on."""
    twilio_auth_token: SecretStr = Field(default=SecretStr(""), validate_default=True)
    """Checks that a message comes from Twilio."""
    twilio_secondary_auth_token: SecretStr = SecretStr("")
    """The other token while tokens are rotated: what either signed is taken."""
    twilio_from: str = ""
    """Our number at Twilio, +44…"""
    twilio_messaging_service_sid: str = ""
    """Messaging Service that chooses our number for text messages we write first."""
    twilio_whatsapp_from: str = ""
    """Our WhatsApp sender at Twilio, +44…"""
    twilio_whatsapp_template: str = ""
    """ContentSid of the approved template that says there is a message; without it none after 24 hours."""
    twilio_redact: bool = False
    """Empty messages at Twilio once they were taken in, and ours once they arrived."""
    twilio_api_url: str = ""
    """Another address for Twilio's API; empty: Twilio's own."""
    telegram_bot_token: SecretStr = SecretStr("")
    """Token of the bot, from BotFather; fetches photos, and switches long polling on."""
    telegram_webhook_secret: SecretStr = SecretStr("")
    """Checks that an update comes from Telegram; switches the webhook on."""
    telegram_updates: Literal["", "webhook", "polling"] = Field(default="", validate_default=True)
    """How updates come; empty: by webhook where its secret is set, else by polling."""
    telegram_name: str = ""
    """Name of the bot without its @, for the leaflet."""
    telegram_api_url: str = ""
    """Another address for Telegram's API; empty: Telegram's own."""

    @field_validator("public_url", "exit_url", "twilio_api_url", "telegram_api_url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc):
            raise ValueError("must be a whole address such as https://report.example.org")
        return url.rstrip("/")

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _is_token(cls, secret: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret.get_secret_value()):  # Bot API, setWebhook
            raise ValueError("must be 1 to 256 of A-Z a-z 0-9 _ -")
        return secret

    @field_validator("telegram_updates")
    @classmethod
    def _has_what_it_needs(cls, how: str, others: ValidationInfo) -> str:
        needed = {"webhook": "telegram_webhook_secret", "polling": "telegram_bot_token"}.get(how, "")
        if needed in others.data and not others.data[needed].get_secret_value():
            raise ValueError(f"'{how}' needs {needed.upper()}")
        return how

    @field_validator("telegram_name")
    @classmethod
    def _is_bot_name(cls, name: str) -> str:
        if name and not re.fullmatch(r"[A-Za-z0-9_]{5,32}", name.removeprefix("@")):  # Telegram, usernames
            raise ValueError("must be 5 to 32 of A-Z a-z 0-9 _")
        return name.removeprefix("@")

    @field_validator("twilio_auth_token")  # not of the model: it would be silent beside another fault
    @classmethod
    def _twilio_is_whole(cls, token: SecretStr, others: ValidationInfo) -> SecretStr:
        if bool(others.data["twilio_account_sid"]) != bool(token.get_secret_value()):
            raise ValueError("TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN go together: set both or neither")
        return token

    @field_validator("twilio_secondary_auth_token")
    @classmethod
    def _is_beside_another(cls, token: SecretStr, others: ValidationInfo) -> SecretStr:
        first = others.data.get("twilio_auth_token")  # None: at fault itself
        if token.get_secret_value() and first is not None and not first.get_secret_value():
            raise ValueError("TWILIO_SECONDARY_AUTH_TOKEN goes beside TWILIO_AUTH_TOKEN: set that as well")
        return token

    @property
    def address(self) -> str:
        """The public address, or this machine's own."""
        return self.public_url or f"http://127.0.0.1:{self.port}"

    @property
    def is_https(self) -> bool:
        return self.address.startswith("https://")

    @property
    def sms_is_on(self) -> bool:
        return bool(self.twilio_auth_token.get_secret_value())

    @property
    def writes_first(self) -> bool:
        """Say whether there is a provider by which a message of ours can go out unasked."""
        return self.knows_its_numbers or bool(self.telegram_bot_token.get_secret_value())

    @property
    def knows_its_numbers(self) -> bool:
        """Say whether our senders at Twilio are named: the account may have others that are not ours."""
        named = self.twilio_from or self.twilio_messaging_service_sid or self.twilio_whatsapp_from
        return self.sms_is_on and bool(named)

    @property
    def telegram_is_answered(self) -> bool:
        """Say whether somebody who writes to the bot is answered, by the webhook or by polling."""
        return self.telegram_is_on or self.telegram_is_polled

    @property
    def telegram_is_on(self) -> bool:
        """Say whether updates come by webhook."""
        return self.telegram_updates != "polling" and bool(self.telegram_webhook_secret.get_secret_value())

    @property
    def telegram_is_polled(self) -> bool:
        """Say whether `python -m bot telegram` asks for updates."""
        return not self.telegram_is_on and bool(self.telegram_bot_token.get_secret_value())
