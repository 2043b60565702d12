"""A case worker's first day, in a real browser: invitation, authenticator, report, acknowledgement."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from casebridge.database import Database
from casebridge.report import Urgency
from tests.casebridge.desk.people import PASSWORD, Office, open_office
from tests.casebridge.reports import STORY, make_report
from tests.pictures import picture
from tests.tables import create_tables
from tests.web.accessible import violations
from tests.web.conftest import PATIENCE_MS, serve

REASONS = ("self_harm", "child_or_adult_at_risk", "same_people_know_home")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[Office, str]]:
    """A desk that is being served, and its address."""
    database = Database(f"sqlite:///{tmp_path / 'desk.db'}")
    create_tables(database.engine)
    office = open_office(database, tmp_path, desk_pages="bot.tester:pages")
    with serve(office.app) as address:
        yield office, address
    database.close()


@contextmanager
def page_of(browser: Browser, address: str) -> Iterator[Page]:
    """Open a page that must never ask another host for anything."""
    context = browser.new_context()
    context.set_default_timeout(PATIENCE_MS)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    yield page
    context.close()
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(address).netloc}
    assert [text for text in complaints if "Content Security Policy" in text] == []


def press(page: Page, name: str) -> None:
    """Press the first button of that name and wait for the page that answers, whole."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).first.click()


def accept(page: Page, office: Office, address: str, look_at: Callable[[Page], None] = lambda _: None) -> str:
    """Accept an invitation as a person does; return the authenticator's secret."""
    page.goto(f"{address}/invitation/{office.invitation()}")
    look_at(page)
    press(page, "Start")
    press(page, "Continue")
    look_at(page)  # with its faults
    page.get_by_label("Your name").fill("Samira Carter")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    press(page, "Continue")
    page.get_by_text("I cannot scan the picture").click()
    look_at(page)
    secret = page.locator(".key").inner_text().replace(" ", "")
    page.get_by_label("Code from your app").fill(pyotp.TOTP(secret).at(office.clock()))
    press(page, "Finish and open the desk")
    return secret


def test_a_case_worker_joins_reads_and_acknowledges(browser: Browser, desk: tuple[Office, str]) -> None:
    office, address = desk
    office.receive(make_report())
    with page_of(browser, address) as page:
        secret = accept(page, office, address)

        page.get_by_role("link", name="KX7D-4MQP").click()
        story = page.get_by_text(STORY).inner_text()
        press(page, "Acknowledge this report")
        done = page.get_by_text("Samira Carter acknowledged this report on").count()
        press(page, "Sign out")
        expect(page).to_have_url(f"{address}/sign-in")
        page.go_back()
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        after = page.get_by_text(STORY).count()

        office.clock.move(minutes=1)
        page.goto(f"{address}/reports/KX7D-4MQP")
        page.get_by_label("Your name").fill("samira carter")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_label("Code from").fill(pyotp.TOTP(secret).at(office.clock()))
        press(page, "Sign in")
        expect(page).to_have_url(f"{address}/reports/KX7D-4MQP")

    assert (story, done, after) == (STORY, 1, 0)


def test_no_page_fails_anybody_in_light_dark_or_forced_colours(
    browser: Browser, desk: tuple[Office, str]
) -> None:
    office, address = desk
    found: list[tuple[str, dict[str, list[str]]]] = []
    with page_of(browser, address) as page:

        def look_at(page: Page) -> None:
            found.append((page.title(), violations(page)))

        accept(page, office, address, look_at)
        look_at(page)  # the empty queue
        office.receive(make_report(reasons=REASONS))
        office.receive(make_report(reference="AAAA-0001", urgency=Urgency.HIGH))
        for path in ("/", "/reports/KX7D-4MQP", "/nowhere", "/put-away"):
            page.goto(address + path)
            look_at(page)
        page.goto(f"{address}/reports/KX7D-4MQP")
        press(page, "Acknowledge this report")
        for path in ("/reports/KX7D-4MQP", "/acknowledged"):
            page.goto(address + path)
            look_at(page)
        press(page, "Sign out")
        press(page, "Sign in")
        look_at(page)

    assert [(title, faults) for title, faults in found if faults] == []
    assert len(found) == 11


def test_the_pictures_of_a_report_are_seen_and_shut_nobody_out(
    browser: Browser, desk: tuple[Office, str]
) -> None:
    office, address = desk
    office.receive(make_report(), picture(size=(640, 480)), picture(colour="blue"), original=picture("PNG"))
    with page_of(browser, address) as page:
        accept(page, office, address)
        page.goto(f"{address}/reports/KX7D-4MQP")
        photos = page.get_by_role("img")
        widths = photos.evaluate_all("all => all.map(it => it.naturalWidth)")
        names = photos.evaluate_all("all => all.map(it => it.alt)")
        faults = violations(page)
        with page.expect_download() as download:
            page.get_by_role("link", name="Photo 2 as it was sent").click()
        page.set_viewport_size({"width": 320, "height": 640})
        narrow = page.evaluate("document.documentElement.scrollWidth")

    assert widths == [640, 64]
    assert names == [f"Photo {number} of 2, sent by the reporter" for number in (1, 2)]
    assert faults == {}
    assert download.value.suggested_filename == "KX7D-4MQP-2.png"
    assert narrow == 320


def test_every_page_fits_the_narrowest_screen(browser: Browser, desk: tuple[Office, str]) -> None:
    office, address = desk
    office.receive(make_report(reasons=REASONS))
    with page_of(browser, address) as page:
        accept(page, office, address)
        page.set_viewport_size({"width": 320, "height": 640})
        widths = {}
        for path in ("/", "/reports/KX7D-4MQP", "/sign-in", "/nowhere"):
            page.goto(address + path)
            widths[path] = page.evaluate("document.documentElement.scrollWidth")

    assert set(widths.values()) == {320}


def try_conversation(page: Page, address: str, channel: str, language: str) -> None:
    """Begin a talk on the pretend phone and go as far as the reasons, of which several can be ticked."""
    page.goto(f"{address}/try")
    page.get_by_label("Channel").select_option(channel)
    page.get_by_label("Language").select_option(language)
    press(page, "Start")
    for words in ("1", "1", "they shouted at me"):
        page.get_by_label("Write as the person would").fill(words)
        press(page, "Send")
        expect(page.locator(".said").last).to_contain_text(words)
    if channel != "sms":
        page.locator(".options .option").first.click()


@pytest.mark.parametrize(("channel", "language"), [("web", "ar")])
def test_the_pretend_phone_fails_nobody_and_fits_the_narrowest_screen(
    browser: Browser, desk: tuple[Office, str], channel: str, language: str
) -> None:
    office, address = desk
    with page_of(browser, address) as page:
        accept(page, office, address)
        page.goto(f"{address}/try")
        found = violations(page)
        try_conversation(page, address, channel, language)
        press(page, "+ 1 day")
        expect(page.get_by_text("24 November 2026 at 09:30").first).to_be_visible()
        expect(page.locator("#text")).to_be_focused()
        way = page.locator(".heard").last.get_attribute("dir")
        found |= violations(page)
        page.set_viewport_size({"width": 320, "height": 640})
        found |= violations(page)
        width = page.evaluate("document.documentElement.scrollWidth")

    assert found == {}
    assert width == 320
    assert way == ("rtl" if language == "ar" else "ltr")
