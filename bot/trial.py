"""The local trial: everything on this machine, set up on the first run, ended by Ctrl-C.

The private tier's parts run as programs of their own, as they would on another machine:
nothing here imports them.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import FrameType

from bot.drafts import make_draft_key
from bot.migrating import migrate
from bot.settings import Settings
from casebridge.database import Database
from casebridge.settings import PrivateSettings

READY_SECONDS = 30
PR_SET_PDEATHSIG = 1  # prctl(2)
ENDING_SECONDS = 10
TESTER = "bot.tester:pages"  # the page where staff try the conversation, for the desk
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
POLLING = ("bot", "telegram")
PROGRAMS = (("bot", "serve"), ("bot", "messenger"), ("casebridge", "worker"), ("casebridge", "desk"))


class _Ended(BaseException):
    """Ctrl-C or SIGTERM came."""


def run_trial(settings: Settings, desk: PrivateSettings) -> int:
    """Set up what is missing, start everything, say where it is; return the exit code."""
    ports = (settings.port, desk.desk_port)
    taken = [port for port in ports if _is_taken(port)]
    if taken:
        _say(f"Port {' and '.join(map(str, taken))} is in use here. Set PORT and DESK_PORT to others.")
        return 2
    for ending in ENDINGS:
        signal.signal(ending, _end)
    running: list[subprocess.Popen[bytes]] = []
    try:
        invitation = _set_up(settings)
        environment = os.environ | {"DESK_PAGES": desk.desk_pages or TESTER}
        polling = (POLLING,) if settings.telegram_is_polled else ()
        running.extend(_start(program, environment) for program in (*PROGRAMS, *polling))
        if _wait_until_ready(running, [f"http://127.0.0.1:{port}/readyz" for port in ports]):
            _announce(settings, desk.desk_address, invitation)
        while all(process.poll() is None for process in running):
            time.sleep(0.2)
        _say("One part has ended, so the others end as well. The lines above say why.")
        return 1
    except _Ended:
        return 0
    finally:
        _end_all(running)


def _set_up(settings: Settings) -> str:
    """Make keys and database where there are none; return an invitation where nobody has accepted one."""
    settings.var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    make_draft_key(settings)
    _casebridge("keys", "make")
    database = Database(settings.database)
    migrate(database)
    database.close()
    return _casebridge("invite", "--first").strip()


def _announce(settings: Settings, desk: str, invitation: str) -> None:
    lines = [
        "",
        *_outside(settings),
        f"  Everything it keeps is in {settings.var_dir}/ and stays there for the next start.",
        "",
        f"  Chat:  {settings.address}",
        f"  Desk:  {desk}",
    ]
    if invitation:
        lines += ["", "  Invitation to the desk, good once and for 24 hours:", f"  {invitation}"]
    lines += ["", "  Ctrl-C ends it.", ""]
    _say("\n".join(lines))


def _outside(settings: Settings) -> tuple[str, ...]:
    """Say what this is and whether anything leaves this machine."""
    providers = [
        name
        for name, is_on in (
            ("Twilio", settings.sms_is_on),
            ("Telegram", bool(settings.telegram_bot_token.get_secret_value())),
        )
        if is_on
    ]
    if not providers:
        return ("  This is a LOCAL TRIAL. Nothing leaves this machine, and no agency reads it.",)
    return (
        "  This is a LOCAL TRIAL. No agency reads it.",
        f"  Messages go out by {' and '.join(providers)}; nothing else leaves this machine.",
    )


def _casebridge(*arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own program
        (sys.executable, "-m", "casebridge", *arguments), check=False, capture_output=True, text=True
    )
    if done.returncode:
        _say(done.stderr.strip())
        raise SystemExit(done.returncode)
    return done.stdout


def _start(program: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    # In a group of its own: Ctrl-C comes to us alone, and what is left at the end can be ended whole.
    return subprocess.Popen(  # noqa: S603 - our own program
        (sys.executable, "-m", *program),
        env=environment,
        start_new_session=True,
        preexec_fn=_end_with_parent,
    )


def _end_with_parent() -> None:
    """Have Linux end this program should the one that started it be killed without a chance to."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _wait_until_ready(running: list[subprocess.Popen[bytes]], addresses: Sequence[str]) -> bool:
    """Wait until every address answers; False if a program ends before."""
    deadline = time.monotonic() + READY_SECONDS
    for address in addresses:
        while time.monotonic() < deadline:
            if any(process.poll() is not None for process in running):
                return False
            try:
                with urllib.request.urlopen(address, timeout=1):  # noqa: S310 - our own address
                    break
            except OSError:
                time.sleep(0.05)
    return True


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _end(_signal: int, _frame: FrameType | None) -> None:
    for ending in ENDINGS:  # once is enough, however often it is pressed
        signal.signal(ending, signal.SIG_IGN)
    raise _Ended


def _end_all(running: list[subprocess.Popen[bytes]]) -> None:
    """End every program that was started, gently first, with whatever it started itself."""
    for process in running:
        process.terminate()
    deadline = time.monotonic() + ENDING_SECONDS
    for process in running:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, deadline - time.monotonic()))
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a command that talks to the person who started it
