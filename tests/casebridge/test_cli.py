"""The commands of the private tier, as somebody types them."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Timer

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete, select

import casebridge.desk.tables  # noqa: F401 - its tables are made too
from casebridge.area import read_area
from casebridge.cli import main
from casebridge.database import Database
from casebridge.outbox import CASE, DELIVERY, claim, record_failed, submit
from casebridge.recipients import read_recipients
from casebridge.routing import views
from casebridge.schema import report_schema
from casebridge.sealing import seal
from casebridge.settings import PrivateSettings
from tests.casebridge.reports import CODE_KEY, NOW, make_report

ROOT = Path(__file__).parent.parent.parent
GOLDEN = Path(__file__).parent / "report.schema.json"

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)  # so that it is due by the real clock

Run = Callable[..., Result]


@pytest.fixture
def settings(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PrivateSettings:
    """Settings in the environment: a folder and a database of the test's own."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.setenv("AREA", "stockton-on-tees")
    return PrivateSettings(_env_file=None)


@pytest.fixture
def run(settings: PrivateSettings) -> Run:
    return lambda *words: CliRunner().invoke(main, words)


def test_keys_are_made_listed_and_rotated(run: Run) -> None:
    made = run("keys", "make")
    rotated = run("keys", "rotate", "police")
    listed = run("keys", "status")

    assert (made.exit_code, rotated.exit_code, listed.exit_code) == (0, 0, 0)
    police = [line.split()[1:] for line in listed.output.splitlines() if line.startswith("police")]
    assert [(key_id[:4], " ".join(use)) for key_id, *use in police] == [
        ("0002", "in use"),
        ("0001", "opens older reports"),
    ]


def test_a_key_that_is_gone_is_shown(run: Run, settings: PrivateSettings) -> None:
    run("keys", "make")
    next((settings.private_keys / "agencies" / "police").iterdir()).unlink()
    next((settings.public_keys / "recipients").glob("case_group.*")).unlink()

    listed = run("keys", "status")

    assert listed.exit_code == 1
    assert "PRIVATE KEY MISSING" in listed.output
    assert "case_group  NO KEY" in listed.output


def test_an_agency_that_is_not_there_is_refused(run: Run) -> None:
    assert run("keys", "rotate", "nobody").exit_code == 2
    assert run("invite", "--agency", "nobody").exit_code == 2


def test_an_invitation_is_printed(run: Run, database: Database) -> None:
    invited = run("invite")

    assert invited.exit_code == 0
    assert len(invited.output.strip()) > 20


def test_wrong_settings_are_named_and_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_PORT", "0")
    monkeypatch.setenv("AREA", "atlantis")

    refused = run("ledger")

    assert refused.exit_code == 2
    assert [line.split(":")[0] for line in refused.output.splitlines()] == ["AREA", "DESK_PORT"]


def test_a_worker_without_keys_says_what_to_do(run: Run) -> None:
    refused = run("worker")

    assert (refused.exit_code, refused.output) == (
        2,
        "there is no desk key: python -m casebridge keys make\n",
    )


def test_the_ledger_is_shown_and_fails_when_it_does_not_balance(run: Run, database: Database) -> None:
    run("keys", "make")
    _queue(database)
    balanced = run("ledger")
    with database.begin() as connection:
        connection.execute(delete(DELIVERY).where(DELIVERY.c.agency == "police"))

    unbalanced = run("ledger")

    assert (balanced.exit_code, balanced.output.splitlines()[-1]) == (0, "balances")
    assert balanced.output.split()[:4] == ["reports", "1", "shares", "2"]
    assert balanced.output.split()[10:12] == ["withdrawn", "0"]
    assert (unbalanced.exit_code, unbalanced.output.splitlines()[-2:]) == (
        1,
        ["does not balance: KX7D-4MQP", "DOES NOT BALANCE"],
    )


def test_a_dead_letter_is_replayed_by_its_id(run: Run, database: Database) -> None:
    run("keys", "make")
    _queue(database)
    (delivery,) = claim(database, NOW, limit=1)
    record_failed(database, delivery, NOW, "refused", None)

    assert run("replay", delivery.id).exit_code == 0
    assert run("replay", delivery.id).exit_code == 1


def test_a_worker_delivers_and_ends_well_when_told_to(run: Run, database: Database) -> None:
    run("keys", "make")
    _queue(database)

    with subprocess.Popen(
        [sys.executable, "-m", "casebridge", "worker"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout is not None
        watchdog = Timer(60, worker.kill)  # a worker that delivers nothing fails this test, and ends
        watchdog.start()
        lines = [json.loads(worker.stdout.readline()) for _ in range(3)]
        worker.send_signal(signal.SIGTERM)
        rest = worker.stdout.read()
        watchdog.cancel()

    assert (worker.returncode, rest) == (0, "")
    assert {line["event"] for line in lines} == {"delivered"}
    with database.read() as connection:
        cases = connection.execute(select(CASE.c.agency).order_by(CASE.c.agency)).scalars().all()
    assert cases == ["case_group", "police"]


def test_the_published_schema_has_not_changed(run: Run) -> None:
    """A change of the contract is made on purpose: see the new schema, then replace the file."""
    printed = run("schema")

    assert json.loads(printed.output) == report_schema() == json.loads(GOLDEN.read_text())


def _queue(database: Database) -> None:
    area = read_area("stockton-on-tees")
    settings = PrivateSettings(_env_file=None)
    report = make_report()
    shared = views(report, area)
    envelope = seal(report, shared, read_recipients(settings, area).keys, CODE_KEY)
    with database.begin() as connection:
        submit(connection, report, shared, envelope, b"code", bytes(32), area, LONG_AGO)
