"""Whose budget a web chat draws on: the address of the person's own request, past our own proxies alone."""

from pathlib import Path
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from bot.pacing import Pacing
from casebridge.returncode import new_code, show_code
from tests.making import PUBLIC_URL, Ticks, make_app, make_settings, service_of

WRONG = show_code(new_code(bytes(16)))


@pytest.mark.parametrize(
    ("proxies", "connections", "forwarded", "one_budget"),
    [
        (0, "203.0.113.7", "", True),
        (0, "203.0.113.{}", "", False),
        (0, "203.0.113.7", "198.51.100.{}", True),
        (1, "10.0.0.1", "198.51.100.{}", False),
        (1, "10.0.0.1", "198.51.100.{}, 203.0.113.7", True),
        (2, "10.0.0.1", "203.0.113.7, 10.0.0.2", True),
    ],
    ids=[
        "one address",
        "each their own",
        "a header nobody of ours wrote",
        "behind our proxy",
        "what stands before our proxy's word is the sender's own",
        "behind two of ours",
    ],
)
def test_the_budget_is_that_of_the_address_the_person_wrote_from(
    tmp_path: Path, proxies: int, connections: str, forwarded: str, one_budget: bool
) -> None:
    ticks = Ticks()
    app = make_app(make_settings(tmp_path, web_proxies=proxies), Pacing(ticks, ticks.sleep))

    for chat in range(5):
        _try_five_codes(app.test_client(), connections.format(chat), forwarded.format(chat))

    assert bool(ticks.slept) is one_budget
    service_of(app).database.close()


def _try_five_codes(client: FlaskClient, connection: str, forwarded: str) -> None:
    """As many as one chat may try at once; four such chats may behind one address."""
    for said in ({"language": "en"}, *({"text": WRONG} for _ in range(5))):
        taken = client.post(
            "/",
            base_url=PUBLIC_URL,
            data={"id": uuid4().hex} | said,
            environ_base={"REMOTE_ADDR": connection},
            headers={"X-Forwarded-For": forwarded} if forwarded else {},
        )
        assert taken.status_code == 303
