"""`python -m bot run`: one command starts everything, and Ctrl-C ends everything."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.channels.bot_api import TOKEN, bot_api
from tests.making import telegram_message


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _trial(folder: Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    ports = {"PORT": str(_free_port()), "DESK_PORT": str(_free_port())}
    started = subprocess.Popen(
        (sys.executable, "-m", "bot", "run"),
        env={**os.environ, **ports, "VAR_DIR": str(folder), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield started
    finally:
        started.kill()
        started.wait()
        if started.stdout:
            started.stdout.close()


def _announcement(started: subprocess.Popen[str]) -> str:
    """Read until it says how to end it."""
    assert started.stdout is not None
    lines: list[str] = []
    for line in started.stdout:
        lines.append(line)
        if line.strip() == "Ctrl-C ends it.":  # the bot says it too, in a line of its own
            break
    return "".join(lines)


def test_it_says_where_everything_is_polls_the_bot_ends_every_process_and_starts_again_with_the_same_keys(
    tmp_path: Path,
) -> None:
    with (
        bot_api() as (api, bot_address),
        _trial(tmp_path, TELEGRAM_BOT_TOKEN=TOKEN, TELEGRAM_API_URL=bot_address) as started,
    ):
        said = _announcement(started)
        family = psutil.Process(started.pid).children(recursive=True)
        for address in re.findall(r"(?:Chat|Desk): +(http\S+)", said):
            with urllib.request.urlopen(f"{address}/readyz", timeout=5) as response:
                assert response.status == 200
        with urllib.request.urlopen(f"{address}/try", timeout=5) as response:  # the desk's, with its tester
            assert response.url == f"{address}/sign-in?next=/try"
        heard = api.write(telegram_message("hello"))

        started.send_signal(signal.SIGINT)
        code = started.wait(20)

        assert code == 0
        assert heard.text.startswith("Which language?")
        assert len(family) >= 5
        assert [process for process in family if process.is_running()] == []
        assert "LOCAL TRIAL" in said
        assert "Messages go out by Telegram" in said
        assert "Nothing leaves" not in said
        assert re.search(r"/invitation/\S{20,}", said)
    kept = {
        path: path.read_bytes() for path in tmp_path.rglob("*") if path.suffix in (".key", ".pem", ".pub")
    }

    with _trial(tmp_path) as started:  # a second start, without a bot, keeps them
        said = _announcement(started)
        family = psutil.Process(started.pid).children()
        started.send_signal(signal.SIGTERM)
        started.wait(20)

    assert len(family) == 4
    assert "Nothing leaves this machine" in said
    assert kept
    assert {path: path.read_bytes() for path in kept} == kept


@pytest.mark.parametrize("name", ["PORT", "DESK_PORT"])
def test_a_port_in_use_is_named_and_nothing_is_started(tmp_path: Path, name: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        with _trial(tmp_path, **{name: port}) as started:
            said = started.stdout.read() if started.stdout else ""
            code = started.wait(20)

    assert code == 2
    assert f"Port {port} is in use" in said
    assert not (tmp_path / "reports.db").exists()


def test_every_fault_of_both_tiers_is_named_at_once(tmp_path: Path) -> None:
    with _trial(tmp_path, PORT="none", DESK_PORT="0", AREA="atlantis") as started:
        said = started.stdout.read() if started.stdout else ""
        code = started.wait(20)

    assert code == 2
    assert [name for name in ("PORT:", "DESK_PORT:", "AREA:") if f"\n{name}" not in f"\n{said}"] == []
    assert "Traceback" not in said
