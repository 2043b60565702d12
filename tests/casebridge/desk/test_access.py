"""Who may open the desk: invitations, codes that work once, delays, sessions that end."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import SQLModel

from casebridge.desk.access import Attempt, Refused, invite, sign_in
from casebridge.desk.passwords import PasswordFault, Passwords, password_fault
from casebridge.desk.patience import Patience
from tests.casebridge.desk.people import NOW, PASSWORD, Hands, Office, text_of


@pytest.mark.both_databases
def test_an_invitation_opens_one_account(office: Office) -> None:
    token = office.invitation()
    office.stranger().accept(token)

    second = office.stranger()
    answer = second.accept(token) if second.get(f"/invitation/{token}").status_code == 200 else None

    assert answer is None
    assert "This invitation cannot be used" in text_of(second.get(f"/invitation/{token}"))


def test_looking_at_an_invitation_does_not_use_it_up(small_office: Office) -> None:
    token = small_office.invitation()

    pages = [small_office.stranger().get(f"/invitation/{token}").status_code for _ in range(3)]

    assert pages == [200, 200, 200]
    assert small_office.stranger().accept(token).location == "/"


def test_an_invitation_expires_after_a_day(office: Office) -> None:
    token = office.invitation()

    office.clock.move(hours=24)

    assert office.stranger().get(f"/invitation/{token}").status_code == 404


def test_setting_up_ends_with_the_invitation(small_office: Office) -> None:
    token, late = small_office.invitation(), small_office.stranger()
    late.post(f"/invitation/{token}")
    late.post("/set-up/name", name=late.name, password=PASSWORD, again=PASSWORD)
    late.secret = late.shown_secret()

    small_office.clock.move(hours=24)

    assert late.post("/set-up/authenticator", on="/sign-in", code=late.code()).status_code == 404


def test_an_unknown_agency_cannot_be_invited(small_office: Office) -> None:
    with pytest.raises(KeyError):
        invite(small_office.database, small_office.settings, "nobody", NOW)


def test_two_people_cannot_have_one_name(office: Office) -> None:
    office.worker("Sam Carter")
    other = office.stranger()
    other.post(f"/invitation/{office.invitation()}")

    page = other.post("/set-up/name", name=" sam  CARTER ", password=PASSWORD, again=PASSWORD)

    assert page.status_code == 422
    assert "Somebody here already uses this name" in text_of(page)


def test_a_name_taken_meanwhile_is_asked_for_again(office: Office) -> None:
    first, second = office.stranger(), office.stranger()
    for person in (first, second):
        person.post(f"/invitation/{office.invitation()}")
        person.post("/set-up/name", name="Sam", password=PASSWORD, again=PASSWORD)
        person.secret = person.shown_secret()

    answers = [person.post("/set-up/authenticator", code=person.code()) for person in (first, second)]

    assert [answer.status_code for answer in answers] == [303, 422]
    assert "already uses this name" in text_of(answers[1])


def test_a_wrong_code_opens_no_account(small_office: Office) -> None:
    person = small_office.stranger()
    person.post(f"/invitation/{small_office.invitation()}")
    person.post("/set-up/name", name="Sam", password=PASSWORD, again=PASSWORD)

    page = person.post("/set-up/authenticator", code="000000")

    assert page.status_code == 422
    assert person.get("/").location == "/sign-in"


def test_a_code_works_once(office: Office) -> None:
    worker = office.worker()
    office.clock.move(minutes=1)
    code = worker.code()
    assert worker.sign_in(code=code).status_code == 303
    worker.sign_out()

    again = worker.sign_in(code=code)

    assert again.status_code == 422


@pytest.mark.both_databases
def test_of_many_who_use_one_code_at_once_one_gets_in(office: Office) -> None:
    worker = office.worker()
    office.clock.move(minutes=1)
    code, door = worker.code(), office.app.extensions["desk"].door

    def attempt(number: int) -> Refused | None:
        typed = Attempt(worker.name, PASSWORD, code, address=f"192.0.2.{number}")
        return sign_in(door, typed, f"session-{number}", office.clock())

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(attempt, range(4)))

    assert answers.count(None) == 1


def test_an_older_code_is_not_taken_after_a_newer_one(small_office: Office) -> None:
    worker = small_office.worker()
    small_office.clock.move(minutes=1)
    older = worker.code()
    small_office.clock.move(seconds=30)
    worker.sign_in()
    worker.sign_out()

    assert worker.sign_in(code=older).status_code == 422


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(lambda code: f"{code[:3]} {code[3:]}", id="with a space"),
        pytest.param(lambda code: "".join(chr(0x0660 + int(digit)) for digit in code), id="arabic digits"),
    ],
)
def test_a_code_may_be_written_as_people_write(small_office: Office, written: Callable[[str], str]) -> None:
    worker = small_office.worker()
    small_office.clock.move(minutes=1)

    assert worker.sign_in(code=written(worker.code())).status_code == 303


def test_a_wrong_password_and_an_unknown_name_look_the_same(small_office: Office) -> None:
    worker, nobody = small_office.worker(), small_office.stranger()
    nobody.secret = worker.secret
    worker.sign_out()
    small_office.clock.move(minutes=1)

    wrong, unknown = worker.sign_in(password="not the password"), nobody.sign_in()

    assert wrong.status_code == unknown.status_code == 422
    assert text_of(wrong) == text_of(unknown)


def test_repeated_mistakes_cost_time_but_never_the_account(office: Office) -> None:
    worker = office.worker()
    worker.sign_out()
    office.clock.move(minutes=1)
    for _ in range(3):
        worker.sign_in(password="not the password")

    at_once = worker.sign_in()
    office.clock.move(seconds=int(at_once.headers["Retry-After"]))
    later = worker.sign_in()

    assert (at_once.status_code, at_once.headers["Retry-After"]) == (429, "2")
    assert (later.status_code, later.location) == (303, "/")


def test_waiting_grows_to_a_minute_and_no_further() -> None:
    patience, clock = Patience(), Hands()
    waits: list[int] = []

    for _ in range(11):
        patience.attempt("sam", "192.0.2.1", clock())
        waits.append(patience.attempt("sam", "192.0.2.1", clock()) if len(waits) > 1 else 0)
        clock.move(seconds=waits[-1])

    assert waits == [0, 0, 2, 4, 8, 16, 32, 60, 60, 60, 60]


def test_a_stranger_elsewhere_does_not_slow_a_colleague_down() -> None:
    patience = Patience()
    for _ in range(9):
        patience.attempt("sam", "203.0.113.9", NOW)

    assert patience.attempt("sam", "192.0.2.1", NOW) == 0


@pytest.mark.both_databases
def test_a_session_ends_after_half_an_hour_without_a_page(office: Office) -> None:
    worker = office.worker()
    office.clock.move(minutes=29)
    assert worker.get("/").status_code == 200
    office.clock.move(minutes=29)
    assert worker.get("/").status_code == 200

    office.clock.move(minutes=30)

    assert worker.get("/").location == "/sign-in"


def test_a_session_ends_after_a_working_day_whatever_is_done(small_office: Office) -> None:
    worker = small_office.worker()
    for _ in range(8 * 4 - 1):
        small_office.clock.move(minutes=15)
        assert worker.get("/").status_code == 200

    small_office.clock.move(minutes=15)

    assert worker.get("/").location == "/sign-in"


@pytest.mark.both_databases
def test_signing_out_ends_the_session_and_not_only_the_cookie(office: Office) -> None:
    worker = office.worker()
    cookie = worker.client.get_cookie("desk")
    assert cookie is not None

    answer = worker.sign_out()
    worker.client.set_cookie("desk", cookie.value)

    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert worker.get("/").location == "/sign-in"


def test_a_planted_cookie_is_not_the_session(small_office: Office) -> None:
    worker = small_office.worker()
    worker.sign_out()
    small_office.clock.move(minutes=1)
    planted = "p" * 43
    worker.client.set_cookie("desk", planted)

    worker.sign_in()

    cookie = worker.client.get_cookie("desk")
    assert cookie is not None
    assert cookie.value != planted


def test_the_database_holds_no_link_no_cookie_no_password_and_no_secret(office: Office) -> None:
    token = office.invitation()
    worker = office.stranger()
    worker.accept(token)
    cookie = worker.client.get_cookie("desk")
    assert cookie is not None

    with office.database.read() as connection:
        tables = SQLModel.metadata.sorted_tables
        kept = "".join(repr(connection.execute(table.select()).all()) for table in tables)

    assert [secret in kept for secret in (token, cookie.value, PASSWORD, worker.secret)] == [False] * 4


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        pytest.param("elevenchars", PasswordFault.SHORT, id="eleven characters"),
        pytest.param("x" * 257, PasswordFault.LONG, id="too long to hash"),
        pytest.param("Password1234", PasswordFault.COMMON, id="common, whatever its case"),
        pytest.param("abababababab", PasswordFault.COMMON, id="two letters"),
        pytest.param("samantha carter", PasswordFault.IS_THE_NAME, id="the name"),
        pytest.param("copper lantern", None, id="two words"),
        pytest.param("łódź zielona trawa", None, id="any script"),
    ],
)
def test_a_password_is_judged_by_length_and_luck(password: str, fault: PasswordFault | None) -> None:
    assert password_fault(password, "Samantha Carter") is fault


def test_passwords_are_hashed_at_the_published_cost() -> None:
    assert Passwords().hash(PASSWORD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")
