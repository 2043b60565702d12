"""A database that is away: the provider is told to try again, and then nothing was lost."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import create_engine, event, make_url, text
from werkzeug.test import TestResponse

from bot.service import Service
from tests.making import (
    counts,
    make_app,
    make_settings,
    post_sms,
    post_telegram,
    service_of,
    sms_form,
    telegram_message,
)

Away = AbstractContextManager[None]


class Outage:
    """A database of its own that can be taken away."""

    def __init__(self, url: str) -> None:
        self.url = url

    def away(self, service: Service) -> Away:
        raise NotImplementedError


class SqliteGone(Outage):
    """The file is not there, as on a disk that came off."""

    @contextmanager
    def away(self, service: Service) -> Iterator[None]:
        path = Path(str(make_url(self.url).database))
        service.database.engine.dispose()
        path.rename(path.with_suffix(".away"))
        path.mkdir()
        yield
        path.rmdir()
        path.with_suffix(".away").rename(path)


class SqliteLocked(Outage):
    """A foreign program holds the file for longer than we wait."""

    @contextmanager
    def away(self, service: Service) -> Iterator[None]:
        service.database.engine.dispose()
        event.listen(service.database.engine, "connect", _wait_no_longer)
        holder = create_engine(self.url)
        with holder.connect() as connection:
            connection.exec_driver_sql("BEGIN EXCLUSIVE")
            yield
            connection.rollback()
        holder.dispose()


class PostgresqlStopped(Outage):
    """Nobody is let in, and whoever was in is thrown out."""

    @contextmanager
    def away(self, service: Service) -> Iterator[None]:  # noqa: ARG002 - the other kinds need it
        name = make_url(self.url).database
        throw_out = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608
        _on_server(self.url, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false", throw_out)
        yield
        _on_server(self.url, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


@pytest.fixture(params=["sqlite gone", "sqlite locked", "postgresql stopped"])
def outage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Outage]:
    if request.param.startswith("sqlite"):
        url = f"sqlite:///{tmp_path / 'reports.db'}"
        yield SqliteGone(url) if request.param == "sqlite gone" else SqliteLocked(url)
        return
    name = f"away_{uuid4().hex}"
    server = make_url(request.getfixturevalue("postgresql_url"))
    shown = server.set(database=name).render_as_string(hide_password=False)
    _on_server(shown, f"CREATE DATABASE {name}")
    yield PostgresqlStopped(shown)
    _on_server(shown, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def service(client: FlaskClient) -> Service:
    return service_of(client.application)


@pytest.fixture
def client(outage: Outage, tmp_path: Path) -> Iterator[FlaskClient]:
    app = make_app(make_settings(tmp_path, outage.url))
    yield app.test_client()
    service_of(app).database.close()


FORM = sms_form("hello")
UPDATE = telegram_message("hello")


def _by_sms(client: FlaskClient) -> TestResponse:
    return post_sms(client, FORM)


def _by_telegram(client: FlaskClient) -> TestResponse:
    return post_telegram(client, UPDATE)


@pytest.mark.parametrize("send", [_by_sms, _by_telegram])
def test_while_the_database_is_away_the_provider_is_told_to_try_again_and_then_it_works(
    client: FlaskClient, service: Service, outage: Outage, send: Callable[[FlaskClient], TestResponse]
) -> None:
    before = counts(service.database)
    with outage.away(service):
        refused = [send(client) for _ in range(2)]

    answered = send(client)

    assert [(response.status_code, response.headers["Retry-After"]) for response in refused] == [
        (503, "5")
    ] * 2
    assert answered.status_code == 200
    assert set(before.values()) == {0}
    assert counts(service.database) == {"conversation": 1, "turn": 1, "report": 0, "delivery": 0}
    assert send(client).data == answered.data


@pytest.mark.parametrize("outage", ["sqlite gone", "postgresql stopped"], indirect=True)
def test_readiness_says_that_the_database_is_away_and_life_does_not(
    client: FlaskClient, service: Service, outage: Outage
) -> None:
    assert client.get("/readyz").status_code == 200

    with outage.away(service):
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200

    assert client.get("/readyz").status_code == 200


def test_a_database_restarted_between_two_messages_costs_neither(
    client: FlaskClient, service: Service, outage: Outage
) -> None:
    """Connections kept open are dead then; the provider need not learn of it."""
    _by_sms(client)
    with outage.away(service):
        pass

    assert post_sms(client, sms_form("english")).status_code == 200


def _wait_no_longer(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA busy_timeout=20")


def _on_server(url: str, *statements: str) -> None:
    engine = create_engine(make_url(url).set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
