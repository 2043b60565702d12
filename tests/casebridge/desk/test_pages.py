"""What every page of the desk does, whatever it shows: roles, headers, forms, mistakes."""

import re
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from casebridge.database import Database
from casebridge.desk.guard import FOR_INVITED, OPEN
from tests.casebridge.desk.people import Office, open_office, text_of
from tests.tables import create_tables

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
FIXED = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
}
EVERYWHERE = (
    "/",
    "/sign-in",
    "/healthz",
    "/readyz",
    "/static/desk.css",
    "/nowhere",
    "/invitation/x",
    "/put-away",
)


def routes(office: Office) -> list[tuple[str, str, str]]:
    """Every endpoint with a method and a path that fits it."""
    return [
        (rule.endpoint, method, re.sub(r"<[^>]+>", "KX7D-4MQP", re.sub(r"<int[^>]*>", "1", rule.rule)))
        for rule in office.app.url_map.iter_rules()
        for method in (rule.methods or set()) & {"GET", "POST"}
    ]


def test_every_page_needs_somebody_signed_in_but_for_the_public_list(small_office: Office) -> None:
    nobody = small_office.stranger()

    let_in = {
        endpoint
        for endpoint, method, path in routes(small_office)
        if (nobody.get(path) if method == "GET" else nobody.post(path, on="/sign-in"))
        .headers.get("Location", "")
        .split("?")[0]
        != "/sign-in"
    }

    assert let_in == OPEN | FOR_INVITED


def test_the_public_list_holds_what_it_should() -> None:
    assert {
        "static",
        "health.alive",
        "health.ready",
        "door.sign_in",
        "door.put_away",
        "set_up.invitation",
    } == OPEN


def test_setting_up_needs_an_invitation(small_office: Office) -> None:
    nobody = small_office.stranger()

    answers = {
        endpoint: (nobody.get(path) if method == "GET" else nobody.post(path, on="/sign-in")).status_code
        for endpoint, method, path in routes(small_office)
        if endpoint in FOR_INVITED
    }

    assert answers == dict.fromkeys(FOR_INVITED, 404)


def test_every_form_needs_its_token(small_office: Office) -> None:
    worker = small_office.worker()

    answers = {
        path: worker.client.post(path, data={"name": "Sam"}).status_code
        for _, method, path in routes(small_office)
        if method == "POST"
    }

    assert set(answers.values()) == {400}
    assert {"/sign-out", "/sign-in", "/reports/KX7D-4MQP/acknowledge"} <= set(answers)


def test_a_token_of_another_visit_is_refused(small_office: Office) -> None:
    worker, other = small_office.worker("Sam"), small_office.worker("Kim")
    token = re.search(r'name="csrf_token" value="([^"]+)"', other.get("/").text)
    assert token is not None

    assert worker.client.post("/sign-out", data={"csrf_token": token[1]}).status_code == 400


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_carries_the_headers(small_office: Office, path: str) -> None:
    answer = small_office.worker().get(path)

    assert {name: answer.headers.get(name) for name in FIXED} == FIXED
    assert answer.headers["Permissions-Policy"].startswith("accelerometer=(), ")
    assert "Strict-Transport-Security" not in answer.headers


def test_pages_hold_nothing_the_policy_forbids(small_office: Office) -> None:
    worker = small_office.worker()

    for path in ("/", "/sign-in", "/put-away", "/nowhere"):
        page = worker.get(path).text
        assert re.findall(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:|data:|https?://", page) == []


def test_the_cookie_is_a_random_id_that_no_script_and_no_other_site_can_use(small_office: Office) -> None:
    cookie = small_office.stranger().get("/sign-in").headers["Set-Cookie"]

    assert re.fullmatch(r"desk=[\w-]{43}; HttpOnly; Path=/; SameSite=Strict", cookie)


def test_over_https_the_cookie_is_bound_to_the_host(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'desk.db'}")
    create_tables(database.engine)
    office = open_office(database, tmp_path, desk_url="https://desk.example.org")

    answer = office.app.test_client().get("/sign-in", base_url="https://desk.example.org")
    database.close()

    assert re.fullmatch(
        r"__Host-desk=[\w-]{43}; Secure; HttpOnly; Path=/; SameSite=Strict", answer.headers["Set-Cookie"]
    )
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_machines_and_files_get_no_cookie(small_office: Office) -> None:
    nobody = small_office.stranger()

    answers = [nobody.get(path) for path in ("/healthz", "/readyz", "/static/desk.css")]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert ["Set-Cookie" in answer.headers for answer in answers] == [False, False, False]


def test_a_link_from_another_site_does_not_sign_anybody_out(small_office: Office) -> None:
    browser = small_office.app.test_client()  # Strict: the cookie stays behind on such a visit
    browser.set_cookie("chat", "one of another app on this host")

    page = browser.get("/reports/KX7D-4MQP", headers={"Sec-Fetch-Site": "cross-site"})

    assert "Set-Cookie" not in page.headers
    assert 'href="/reports/KX7D-4MQP">Continue' in page.text


def test_a_link_from_another_site_is_never_led_to_a_third(small_office: Office) -> None:
    browser = small_office.app.test_client()

    answers = [
        browser.get(path, headers={"Sec-Fetch-Site": "cross-site"})
        for path in ("//evil.example/", "/%2f%2fevil.example")
    ]

    assert ["evil.example" in answer.text for answer in answers] == [False, False]
    assert ["Set-Cookie" in answer.headers for answer in answers] == [False, False]


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        pytest.param("/reports/KX7D-4MQP", "/reports/KX7D-4MQP", id="a report"),
        pytest.param("https://evil.example/", "/", id="another site"),
        pytest.param("//evil.example/reports/X", "/", id="another site without a scheme"),
        pytest.param("/sign-out", "/", id="not a report"),
    ],
)
def test_signing_in_leads_back_to_the_report_and_nowhere_else(
    small_office: Office, wanted: str, reached: str
) -> None:
    worker = small_office.worker()
    worker.sign_out()
    small_office.clock.move(minutes=1)

    answer = worker.post(
        f"/sign-in?next={wanted}", name=worker.name, password="copper lantern fidget", code=worker.code()
    )

    assert answer.location == reached


def test_a_form_sent_after_the_session_ended_is_said_to_be_undone(small_office: Office) -> None:
    worker = small_office.worker()
    small_office.clock.move(hours=1)

    answer = worker.post("/reports/KX7D-4MQP/acknowledge", on="/sign-in")

    assert answer.location == "/sign-in?again=1"
    assert "nothing was changed" in text_of(worker.get(answer.location))


def test_a_desk_without_its_database_says_so_calmly(small_office: Office) -> None:
    worker = small_office.worker()
    SQLModel.metadata.drop_all(small_office.database.engine)

    ready, page, alive = worker.get("/readyz"), worker.get("/"), worker.get("/healthz")

    assert (ready.status_code, alive.status_code) == (503, 200)
    assert page.status_code == 503
    assert "Nothing is lost" in text_of(page)


def test_a_form_too_large_is_refused(small_office: Office) -> None:
    page = small_office.stranger().post("/sign-in", name="x" * 70_000)

    assert page.status_code == 413
