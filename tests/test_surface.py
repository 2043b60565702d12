"""Requests of every shape, past the door and at it: no answer is an error of ours."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings

from tests.making import PUBLIC_URL, make_app, make_settings, rows, service_of
from tests.surface import DESCRIPTION, PATHS, Door

schemathesis = pytest.importorskip("schemathesis")
EXAMPLES = 25  # an address: ten seconds in all
OPERATIONS = [(method, path) for path, methods in PATHS.items() for method in methods]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    made = make_app(make_settings(tmp_path_factory.mktemp("surface")))
    made.config["WTF_CSRF_ENABLED"] = True
    yield made
    service_of(made).database.close()


@pytest.fixture(scope="module")
def door(app: Flask) -> Door:
    return Door.of(app)


def test_every_address_of_the_app_is_described(app: Flask) -> None:
    answered = {
        (method.lower(), re.sub("<.*?(\\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert answered == {*OPERATIONS}


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_whatever_is_asked_past_the_door_is_no_error_of_ours(door: Door, method: str, path: str) -> None:
    statuses = _statuses(door, method, path)

    assert [status for status in statuses if status >= 500] == []
    assert statuses & {200, 204, 303}


@pytest.mark.parametrize("path", [path for method, path in OPERATIONS if method == "post"])
def test_whatever_is_asked_without_what_opens_the_door_changes_nothing(app: Flask, path: str) -> None:
    before = rows(service_of(app).database)

    statuses = _statuses(app, "post", path)

    assert statuses <= {303, 400, 403, 405, 413, 415}
    assert rows(service_of(app).database) == before


def _statuses(app: Flask | Door, method: str, path: str) -> set[int]:
    """Ask for requests that fit the description and such that do not; return every status they met."""
    schema = schemathesis.openapi.from_dict(DESCRIPTION)
    schema.app = app
    fitting, unfitting = map(schema[path][method].as_strategy, schemathesis.GenerationMode)
    statuses = set()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(fitting | unfitting)
    def ask(case: Any) -> None:
        statuses.add(case.call(base_url=PUBLIC_URL).status_code)

    ask()
    return statuses
