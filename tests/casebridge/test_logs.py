"""No log line can hold what anybody wrote, whoever logs it and however it fails."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from casebridge.logs import KEPT, keep_listed

CANARY = "zimtstern07700900123"
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def printed() -> str:
    """Everything a process printed that logged the canary in every way it could."""
    program = [sys.executable, "-m", "tests.casebridge.logging_process", CANARY]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_no_canary_comes_out(printed: str) -> None:
    assert CANARY not in printed


def test_every_line_is_json_and_names_listed_keys_only(printed: str) -> None:
    lines = _lines(printed)

    assert set().union(*lines) <= KEPT


def test_our_own_lines_keep_what_is_listed(printed: str) -> None:
    (line,) = (line for line in _lines(printed) if line["event"] == "message received")

    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "message received", "level": "info", "channel": "sms", "step": "where"}


def test_listed_keys_hold_one_short_word_or_number_or_nothing(printed: str) -> None:
    odd, surrogate = (line for line in _lines(printed) if line["event"] in ("odd values", "surrogate"))

    assert odd.keys() == {"event", "level", "timestamp"}
    assert surrogate.keys() == {"event", "level", "timestamp", "port"}


def test_libraries_are_quiet_below_warning_and_then_named_only(printed: str) -> None:
    said = [line["logger"] for line in _lines(printed) if line["event"] == "library"]

    assert said == [
        "httpx", "httpcore.http11", "twilio.http_client", "telegram.ext", "sqlalchemy.engine",
        "flask.app", "flask.app", "py.warnings",
    ]  # fmt: skip


def test_an_error_is_its_type_and_the_line_it_came_through(printed: str) -> None:
    faults = [(line["event"], line["fault"]) for line in _lines(printed) if "fault" in line]
    places = {line["where"].split(":")[0] for line in _lines(printed) if "fault" in line}

    assert faults == [(event, "ValueError") for event in ("library", "ours", "died", "died")]
    assert places == {"tests/casebridge/logging_process.py"}


@pytest.mark.parametrize("value", ["two words", "tab\tbed", "x" * 65, "\ud800", b"bytes", ["a"], {"a": 1}])
def test_a_value_that_could_be_text_is_dropped(value: object) -> None:
    assert keep_listed(None, "", {"event": "it", "step": value}) == {"event": "it"}


@pytest.mark.parametrize("value", ["where", "KX7D-4MQP", 3, True, 0.5, None])
def test_a_name_or_a_number_is_kept(value: object) -> None:
    assert keep_listed(None, "", {"event": "it", "step": value}) == {"event": "it", "step": value}


def _lines(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines()]
