"""`python -m bot …` as a program of its own, with an environment of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent
READY_SECONDS = 30


def environment(folder: Path, **given: str) -> dict[str, str]:
    """No setting but these, and `folder` as VAR_DIR."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "VAR_DIR": str(folder)} | given


def bot(folder: Path, *command: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *command],
        env=environment(folder, **env),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@contextmanager
def serving(folder: Path, env: Mapping[str, str], log: Path) -> Iterator[str]:
    """Serve as every day, all that is printed kept in a file; yield the address once it is ready."""
    port = free_port()
    with log.open("wb") as file:
        started = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve"],
            env=environment(folder, **{"PORT": str(port), **env}),
            cwd=folder,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}/readyz", started)
        yield f"http://127.0.0.1:{port}"
    finally:
        started.send_signal(signal.SIGTERM)
        started.wait(READY_SECONDS)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, started: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and started.poll() is None:
        try:
            if httpx.get(address).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.02)
    raise AssertionError(started.poll())
