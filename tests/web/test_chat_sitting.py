"""A chat left alone in a real browser: warned, kept open, closed; and words that survive what browsers do."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.making import Clock, service_of
from tests.web.accessible import violations
from tests.web.chatting import chat_of
from tests.web.conftest import serve
from tests.web.test_chat_accessible import Scripts, found_at
from tests.web.test_photos_browser import photo
from tests.web.visitor import answer_until, begin, served_chat, visit

WORDS = "صرخوا في وجهي في الشارع"
SCRIPT = pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served_chat(tmp_path_factory.mktemp("chat")) as served:
        yield served


def begun(page: Page, language: str = "en") -> None:
    """Open the chat anew with a clock that the test turns forward, and begin it."""
    page.clock.install()
    page.reload()
    begin(page, language)


def to_story(page: Page, language: str = "en") -> None:
    begun(page, language)
    answer_until(page, "textarea")


def test_a_warning_comes_after_25_minutes_and_can_be_extended(browser: Browser, address: str) -> None:
    with visit(browser, address) as page:
        begun(page)
        page.clock.fast_forward("24:50")
        expect(page.locator("#closing")).to_be_empty()
        page.clock.fast_forward("00:15")
        expect(page.locator("#closing")).to_contain_text("if nothing is sent. Do you need more time?")

        page.get_by_role("button", name="Stay").click()
        expect(page.locator("#closing")).to_be_empty()
        expect(page.locator("#text")).to_be_focused()
        page.clock.fast_forward("24:50")

        assert page.locator("#log li").count() > 0
        assert page.locator("#idle .buttons").is_hidden()


def test_the_warning_offers_to_come_back_later(browser: Browser, address: str) -> None:
    with visit(browser, address) as page:
        begun(page)
        page.clock.fast_forward("25:05")

        page.locator("#idle").get_by_role("button", name="Come back later").click()

        expect(page.locator(".said")).to_have_count(1)
        expect(page.locator("#closing")).to_be_empty()


def test_the_warning_is_accessible_in_arabic_at_320_px(browser: Browser, address: str) -> None:
    with visit(browser, address, locale="ar", viewport={"width": 320, "height": 568}) as page:
        begun(page, "ar")
        page.clock.fast_forward("25:05")
        expect(page.locator("#closing")).not_to_be_empty()

        assert violations(page) == {}
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_after_30_minutes_the_talk_is_gone_from_the_page_and_words_stay_and_can_be_sent(
    browser: Browser, address: str
) -> None:
    with visit(browser, address, locale="ar") as page:
        to_story(page, "ar")
        said = page.locator("#log li").count()
        page.locator("#photo").set_input_files([photo()])
        page.locator("#text").fill(WORDS)
        page.clock.fast_forward("06:00")  # since then nothing was typed
        page.clock.fast_forward("19:05")
        expect(page.locator("#idle .buttons")).to_be_visible()
        page.clock.fast_forward("05:00")
        expect(page.locator("#log li")).to_have_count(0)
        expect(page.locator(".chosen img")).to_have_count(0)
        kept = page.evaluate("sessionStorage.length")

        page.locator(".story .go").click()
        expect(page.locator(".said p")).to_have_text([WORDS])

        assert kept == 0
        assert 0 < page.locator("#log li").count() < said
        expect(page.locator("#closing")).to_be_empty()


def test_whoever_is_writing_is_neither_warned_nor_closed(browser: Browser, address: str) -> None:
    with visit(browser, address) as page:
        to_story(page)
        said = page.locator("#log li").count()
        for words in ("they", "they shouted"):
            page.clock.fast_forward("24:00")
            page.locator("#text").fill(words)
            with page.expect_response("**/stay"):
                page.clock.fast_forward("01:05")

        assert page.locator("#log li").count() == said
        expect(page.locator("#closing")).to_be_empty()


def test_another_tab_in_which_somebody_goes_on_keeps_this_one_open(browser: Browser, address: str) -> None:
    with visit(browser, address) as page:
        begun(page)
        page.clock.fast_forward("25:05")
        expect(page.locator("#closing")).not_to_be_empty()

        other = page.context.new_page()
        other.goto(address)
        other.locator(".options [value=victim]").click()

        expect(page.locator("#closing")).to_be_empty()


def test_leaving_in_one_tab_clears_the_other(browser: Browser, address: str) -> None:
    with visit(browser, address) as page:
        begin(page, "en")
        other = page.context.new_page()
        other.goto(address)
        other.locator("#leave").click()

        page.wait_for_url("**/weather")


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def by_clock(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[str]:
    """The address of a chat whose server reads a clock of ours."""
    with chat_of(tmp_path_factory.mktemp("chat")) as app:
        app.extensions["service"] = replace(service_of(app), now=clock)
        with serve(app) as served:
            yield served


@SCRIPT
def test_words_written_for_forty_minutes_are_taken(
    browser: Browser, by_clock: str, clock: Clock, script: bool
) -> None:
    with visit(browser, by_clock, locale="ar", java_script_enabled=script) as page:
        begin(page, "ar")
        answer_until(page, "textarea")
        page.locator("#text").fill(WORDS)
        clock.pass_(minutes=40)
        page.locator(".story .go").click()

        expect(page.locator(".said p").last).to_have_text(WORDS)


def test_the_pages_that_say_that_it_was_closed_are_accessible(
    browser: Browser, by_clock: str, clock: Clock
) -> None:
    with visit(browser, by_clock, locale="en") as page:
        scripts = Scripts(page, on=False)
        page.reload()
        begin(page, "ar")
        clock.pass_(hours=7)
        page.locator("#text").fill(WORDS)
        page.locator(".writing button").last.click()
        found = found_at(page, "not taken", scripts)
        kept = page.locator("textarea").input_value()
        page.goto(by_clock)
        found |= found_at(page, "closed", scripts)

        assert (found, kept.strip()) == ({}, WORDS)
        expect(page.locator(".closed")).to_be_visible()
        assert page.locator("html").get_attribute("dir") == "rtl"
        assert page.locator("#log").count() == 0


# --- words being typed ------------------------------------------------------------------------------


def test_typing_survives_a_reload_and_a_change_of_language(browser: Browser, address: str) -> None:
    with visit(browser, address) as page:
        begin(page, "en")
        answer_until(page, "textarea")
        page.locator("#text").press_sequentially("they shou")
        page.reload()
        reloaded = page.locator("#text").input_value()
        page.locator(".languages button[value=ar]").click()
        expect(page.locator("html")).to_have_attribute("dir", "rtl")

        assert (reloaded, page.locator("#text").input_value()) == ("they shou", "they shou")
        assert page.evaluate("localStorage.length") == 0


def test_ticked_boxes_survive_a_reload(browser: Browser, address: str) -> None:
    with visit(browser, address) as page:
        begin(page, "en")
        answer_until(page, ".options [type=checkbox]")
        page.locator(".options [type=checkbox]").nth(1).check()
        page.reload()

        ticked = page.locator(".options [type=checkbox]").evaluate_all("all => all.map(it => it.checked)")
        assert [i for i, is_ticked in enumerate(ticked) if is_ticked] == [1]


@pytest.mark.parametrize("how", ["sent", "erased", "left"])
def test_what_was_typed_is_gone_from_the_browser_once(browser: Browser, address: str, how: str) -> None:
    with visit(browser, address) as page:
        begin(page, "en")
        answer_until(page, "textarea")
        page.locator("#text").press_sequentially("they shouted")
        kept = page.evaluate("sessionStorage.length")
        if how == "sent":
            page.locator(".story .go").click()
            expect(page.locator(".said").last).to_contain_text("they shouted")
        elif how == "erased":
            page.locator(".also > summary").click()
            page.locator(".delete > summary").click()
            page.locator(".delete button").click()
            expect(page.locator("#log li.heard")).to_have_count(1)
            expect(page.locator("#text")).to_have_value("")
        else:
            page.locator("#leave").click()
            page.wait_for_url("**/weather")
            page.goto(address)

        assert (kept, page.evaluate("sessionStorage.length")) == (1, 0)


def test_in_the_story_enter_is_a_new_line_and_with_control_it_sends(browser: Browser, address: str) -> None:
    with visit(browser, address) as page:
        begin(page, "en")
        answer_until(page, "textarea")
        before = page.locator(".said").count()
        page.locator("#text").press_sequentially("one")
        page.keyboard.press("Enter")
        page.keyboard.type("two")
        typed = page.locator("#text").input_value()
        page.keyboard.press("Control+Enter")
        expect(page.locator(".said")).to_have_count(before + 1)

        assert typed == "one\ntwo"


# --- looks ------------------------------------------------------------------------------------------


@SCRIPT
def test_a_page_that_is_not_there_is_accessible_and_leads_back(
    browser: Browser, address: str, script: bool
) -> None:
    with visit(browser, address, locale="ar", java_script_enabled=True) as page:
        scripts = Scripts(page, on=script)
        page.goto(f"{address}/nowhere")
        found = found_at(page, "lost", scripts)
        page.locator("main a").click()

        assert found == {}
        expect(page.locator("[data-start]")).to_be_visible()


def test_print_shows_the_talk_and_the_code_without_any_control(browser: Browser, address: str) -> None:
    with visit(browser, address, color_scheme="dark") as page:
        begin(page, "en")
        answer_until(page, ".code")
        page.emulate_media(media="print", color_scheme="dark")

        for shown in page.locator("#log .code bdi").all():
            expect(shown).to_be_visible()
        for hidden in (".leave-bar", "#compose", ".languages", ".status", ".rule", ".skip"):
            expect(page.locator(hidden)).to_be_hidden()
        assert (
            page.locator("html").evaluate("it => getComputedStyle(it).backgroundColor")
            == "rgb(255, 255, 255)"
        )


@pytest.mark.parametrize(("motion", "behaviour"), [("reduce", "auto"), ("no-preference", "smooth")])
def test_nothing_moves_for_who_asked_for_less_motion(
    browser: Browser, address: str, motion: str, behaviour: str
) -> None:
    with visit(browser, address) as page:
        page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type] # of a closed list

        assert page.locator("html").evaluate("it => getComputedStyle(it).scrollBehavior") == behaviour
