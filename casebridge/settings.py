"""What both tiers read from the environment or `.env`: each variable once."""

from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})
POSTGRESQL = ("postgresql", "postgres", "postgresql+psycopg")


class FaultySettings(Exception):
    """Settings that cannot be used, with every fault named at once."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Settings(BaseSettings):
    """Where things are kept. Secrets of a tier are files below `var_dir`, one folder a tier."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    database_url: str = ""
    """SQLite file or PostgreSQL address; empty: `var/reports.db`."""
    var_dir: Path = Path("var")
    """Keys, the SQLite file and files handed over; kept off the web."""
    area: str = "stockton-on-tees"
    """Which flows/areas file holds: agencies, services."""

    @field_validator("database_url")
    @classmethod
    def _database_is_one_of_two(cls, url: str) -> str:
        parts = urlsplit(url)
        is_file = parts.scheme == "sqlite" and parts.path.strip("/") and ":memory:" not in url
        if url and not is_file and not (parts.scheme in POSTGRESQL and len(parts.path) > 1):
            raise ValueError("must be sqlite:///<file> or postgresql://<user>@<host>/<database>")
        return url

    @field_validator("area")
    @classmethod
    def _area_exists(cls, area: str) -> str:
        if not (Path(__file__).parent.parent / "flows" / "areas" / f"{area}.yaml").is_file():
            raise ValueError("there is no file flows/areas/<AREA>.yaml of that name")
        return area

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.var_dir / 'reports.db'}"

    @property
    def public_keys(self) -> Path:
        """Folder of what the public tier may hold: draft keys, the agencies' public keys."""
        return self.var_dir / "public"

    @property
    def private_keys(self) -> Path:
        """Folder of what only the private tier may hold."""
        return self.var_dir / "private"

    @classmethod
    def read(cls, **given: Any) -> Self:
        """Read the environment. Raises FaultySettings naming every fault, never a value."""
        try:
            return cls(**given)
        except ValidationError as error:
            raise FaultySettings(
                tuple(
                    f"{'.'.join(str(part) for part in fault['loc']).upper()}: {fault['msg']}"
                    for fault in error.errors(include_input=False, include_url=False)
                )
            ) from error


class PrivateSettings(Settings):
    """What only the private tier reads."""

    desk_host: str = "127.0.0.1"
    """Where the desk listens; only ever a private network."""
    desk_port: int = Field(default=8001, ge=1, le=65535)
    """Port of the desk."""
    desk_url: str = ""
    """Address at which case workers reach the desk; empty: this machine, at `DESK_PORT`."""
    desk_proxies: int = Field(default=0, ge=0, le=5)
    """How many reverse proxies of ours stand before the desk and add X-Forwarded-For."""

    desk_pages: str = ""
    """Further pages of the desk, `module:function`; empty: none."""

    @field_validator("desk_url")
    @classmethod
    def _desk_url_is_safe(cls, url: str) -> str:
        parts = urlsplit(url)
        if (
            url
            and parts.scheme != "https"
            and not (parts.scheme == "http" and parts.hostname in THIS_MACHINE)
        ):
            raise ValueError("must begin with https://, or be this machine")
        return url.rstrip("/")

    @property
    def desk_address(self) -> str:
        return self.desk_url or f"http://127.0.0.1:{self.desk_port}"
