"""A desk with a clock of its own, and case workers who use it as a browser would."""

import html
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pyotp
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from casebridge import photos
from casebridge.area import read_area
from casebridge.asking import reporter_key
from casebridge.database import Database
from casebridge.desk.access import invite
from casebridge.desk.app import create_desk
from casebridge.desk.passwords import TESTS, Passwords
from casebridge.destinations import Parcel
from casebridge.destinations.desk import Desk
from casebridge.keyring import make_keys
from casebridge.outbox import submit
from casebridge.recipients import read_recipients
from casebridge.report import Report
from casebridge.routing import views
from casebridge.sealedphoto import seal_photo, seal_without_photo, with_details
from casebridge.sealing import seal
from casebridge.settings import PrivateSettings
from casebridge.tables import What
from tests.casebridge.reports import CODE_KEY
from tests.templates import share_templates

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
PASSWORD = "copper lantern fidget"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Hands:
    """A clock that moves when a test says so."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Office:
    """One desk, its database and its clock."""

    settings: PrivateSettings
    database: Database
    clock: Hands
    app: Flask

    def invitation(self, agency: str = "case_group") -> str:
        return invite(self.database, self.settings, agency, self.clock())

    def worker(self, name: str = "Sam Carter", agency: str = "case_group") -> "Worker":
        """Return somebody who has accepted an invitation and is signed in."""
        worker = Worker(self, name)
        answer = worker.accept(self.invitation(agency))
        assert (answer.status_code, answer.location) == (303, "/")
        return worker

    def stranger(self) -> "Worker":
        return Worker(self, "Nobody")

    def receive(self, report: Report, *pictures: bytes, original: bytes | None = None) -> Report:
        """Seal a report and its pictures for its agencies and lay it on their desks."""
        area = read_area(self.settings.area)
        seen = views(report, area)
        recipients = read_recipients(self.settings, area)
        envelope = seal(report, seen, recipients.keys, CODE_KEY)
        with self.database.begin() as connection:
            code_id, key = report.reference.encode(), reporter_key(CODE_KEY)
            submit(connection, report, seen, envelope, code_id, key, area, self.clock())
            keys = [recipients.keys[agency] for agency in with_details(seen)]
            sealed = (
                seal_photo(jpeg, original, report.reference, number, keys, CODE_KEY)
                for number, jpeg in enumerate(pictures, 1)
            )
            photos.submit(connection, report.reference, sealed)
        for agency, view in seen.items():
            at = self.clock()
            Desk(self.database).send(
                Parcel(str(uuid4()), report.reference, agency, at, at, What.REPORT, view)
            )
        return report

    def await_photo(self, report: Report, number: int) -> bytes:
        """Lay a picture that is still to come with a report; return its data key."""
        keys = [read_recipients(self.settings, read_area(self.settings.area)).keys["case_group"]]
        photo, key = seal_without_photo(report.reference, number, keys, CODE_KEY, with_original=True)
        with self.database.begin() as connection:
            photos.submit(connection, report.reference, [photo])
        return key


@dataclass
class Worker:
    """One browser and the person before it."""

    office: Office
    name: str
    secret: str = ""
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.office.app.test_client()

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, buffered=True)  # reads a file to its end and closes it

    def post(self, path: str, *, on: str | None = None, **typed: str) -> TestResponse:
        """Send a form of the page `on` (else of `path`), with the token found there."""
        found = TOKEN.search(self.get(on or path).text)
        return self.client.post(path, data=typed | ({"csrf_token": found[1]} if found else {}))

    def accept(self, token: str, password: str = PASSWORD) -> TestResponse:
        """Go through all the steps of an invitation."""
        self.post(f"/invitation/{token}")
        self.post("/set-up/name", name=self.name, password=password, again=password)
        self.secret = self.shown_secret()
        return self.post("/set-up/authenticator", code=self.code())

    def shown_secret(self) -> str:
        key = re.search(r'class="key"><code>([A-Z2-7 ]+)</code>', self.get("/set-up/authenticator").text)
        assert key is not None
        return key[1].replace(" ", "")

    def code(self) -> str:
        return pyotp.TOTP(self.secret).at(self.office.clock())

    def sign_in(self, password: str = PASSWORD, code: str | None = None) -> TestResponse:
        return self.post("/sign-in", name=self.name, password=password, code=code or self.code())

    def sign_out(self) -> TestResponse:
        return self.post("/sign-out", on="/")


def open_office(database: Database, folder: Path, *, desk_url: str = "", desk_pages: str = "") -> Office:
    """Make keys and a desk on this database."""
    settings = PrivateSettings(
        _env_file=None,
        database_url=database.engine.url.render_as_string(hide_password=False),
        var_dir=folder,
        desk_url=desk_url,
        desk_pages=desk_pages,
    )
    make_keys(settings, read_area(settings.area))
    clock = Hands()
    app = create_desk(settings, database=database, passwords=Passwords(TESTS), clock=clock)
    share_templates(app)
    return Office(settings, database, clock, app)


def text_of(page: TestResponse) -> str:
    """Return what a page says, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())
