"""No log line holds what anybody wrote, who they are, or a secret of ours: on any channel, in any trouble."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from bot.migrating import migrate
from casebridge.database import Database
from tests.canaries import CANARIES, HEADERS, SAID, TOKENS, TWICE, by_sms, by_telegram, found_in
from tests.making import make_settings
from tests.running import ROOT, serving

_CSRF = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')


@pytest.fixture
def env(tmp_path: Path, database_url: str) -> dict[str, str]:
    make_settings(tmp_path)
    database = Database(database_url)
    migrate(database)
    database.close()
    return {"DATABASE_URL": database_url, "VAR_DIR": str(tmp_path)} | TOKENS


def test_a_server_in_daily_work_logs_nothing_of_anybody(env: dict[str, str], tmp_path: Path) -> None:
    log = tmp_path / "log"
    with serving(tmp_path, env, log) as address, httpx.Client(base_url=address, headers=HEADERS) as client:
        statuses = [client.post("/channels/sms", headers=head, data=form) for head, form in by_sms(address)]
        statuses += [client.post("/channels/telegram", headers=h, content=body) for h, body in by_telegram()]
        statuses += [client.get("/channels/sms", params={"Body": SAID["story"]})]
        statuses += [client.get(f"/{SAID['place']}"), client.post("/channels/sms", content="x" * 3_000_000)]
        secrets = _chat(address)

    assert {response.status_code for response in statuses} == {200, 403, 404, 405, 413}
    assert found_in(log.read_text(), *secrets) == []


@pytest.mark.both_databases
def test_a_server_in_trouble_logs_that_and_nothing_of_anybody(env: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.troubled_process"],
        env=env | {"PATH": os.environ["PATH"]},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert {line.get("fault") for line in lines} >= {"ValueError"}
    assert found_in(done.stdout + done.stderr) == []


def test_the_search_for_canaries_finds_them() -> None:
    assert found_in(f"ERROR in app: {' '.join((*TWICE, *CANARIES))}") == list(CANARIES)


def _chat(address: str) -> list[str]:
    """Chat on the web, well and badly; return the cookies and tokens that went to and fro."""
    with httpx.Client(base_url=address, headers=HEADERS | {"Cookie": ""}) as browser:
        token = _CSRF.findall(browser.get("/").text)[0]
        for form in ({"language": "en"}, *({"text": text} for text in ("1", "1", *TWICE))):
            browser.post("/", data={"csrf_token": token, "id": f"{SAID['message']}{form}"} | form)
            browser.post("/", data=form)
        browser.get("/")
        cookies = [cookie.value or "" for cookie in browser.cookies.jar]
        browser.post("/exit", data={"csrf_token": token})
    assert cookies
    return [token, *cookies]
