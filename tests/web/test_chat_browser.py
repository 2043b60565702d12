"""The web chat in a real browser: leaving, keyboard, history, and a connection that fails."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.web.chatting import chosen
from tests.web.visitor import answer_until, begin, open_step, served_chat, visit, wait_for_answer

SCRIPT = pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served_chat(tmp_path_factory.mktemp("chat")) as served:
        yield served


def test_a_report_with_a_script_leaves_one_step_in_the_history(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/?lang=en") as page:
        before = page.evaluate("history.length")
        page.locator("[data-replace][lang=pl]").click()
        page.wait_for_url("**/?lang=pl")
        begin(page, "pl")
        answer_until(page, "textarea")

        assert page.evaluate("history.length") == before
        assert page.title() == "Czat"


def test_a_whole_report_can_be_made_by_keyboard(browser: Browser, address: str) -> None:
    with visit(browser, address) as page:
        page.keyboard.press("Tab")
        first = page.locator(":focus").get_attribute("class")
        page.keyboard.press("Tab")
        second = page.locator(":focus").get_attribute("id")
        _tab_to(page, "main button[name=language][value=en]")
        page.keyboard.press("Enter")
        expect(page.locator("#question")).to_be_visible()
        answer_until(page, ".code", _answer_by_keyboard)

        assert (first, second) == ("skip", "leave")


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(40):
        if page.locator(f"{selector}:focus").count():
            return
        page.keyboard.press("Tab")
    raise AssertionError(selector)


def _answer_by_keyboard(page: Page, step: str) -> None:
    mark = page.locator("ol[data-mark]").get_attribute("data-mark") or ""
    if step == "story" and not page.locator(".story [value=done]").count():
        _tab_to(page, "#text")
        page.keyboard.type("they shouted")
        _tab_to(page, ".story .go")
        page.keyboard.press("Enter")
    elif step == "story":
        _tab_to(page, ".story [value=done]")
        page.keyboard.press("Enter")
    elif step and page.locator(".options [type=checkbox]").count():
        _tab_to(page, ".options [type=checkbox]")
        page.keyboard.press("Space")
        _tab_to(page, ".options .go")
        page.keyboard.press("Enter")
    elif step:
        offered = [control.get_attribute("value") or "" for control in page.locator(".options button").all()]
        _tab_to(page, f".options [value={chosen(step, offered)[0]}]")
        page.keyboard.press("Enter")
    else:
        _tab_to(page, "#text")
        page.keyboard.type("07700 900123")
        page.keyboard.press("Enter")
    wait_for_answer(page, mark)


@SCRIPT
def test_after_leaving_back_shows_nothing_of_the_chat(browser: Browser, address: str, script: bool) -> None:
    with visit(browser, address, java_script_enabled=script) as page:
        begin(page, "en")
        answer_until(page, ".story [value=done]")
        page.locator("#leave").click()
        page.wait_for_url("**/weather")
        for _ in range(6):
            page.go_back()
            assert "shouted" not in page.content()
            assert page.locator("#log").count() == 0


def test_shift_three_times_leaves_and_typing_capitals_does_not(browser: Browser, address: str) -> None:
    with visit(browser, address) as page:
        begin(page, "en")
        page.locator("#text").focus()
        for key in ("Shift+A", "Shift+B", "Shift+C", "Shift", "Shift"):
            page.keyboard.press(key)
        stayed, words = page.url, page.locator("#leaving").text_content()

        page.keyboard.press("Shift")
        page.wait_for_url("**/weather")

        assert urlsplit(stayed).netloc == urlsplit(address).netloc
        assert words == "Press Shift once more to leave this page."


def test_without_a_connection_what_was_typed_stays_and_is_sent_once(browser: Browser, address: str) -> None:
    with visit(browser, address) as page:
        begin(page, "en")
        page.context.set_offline(True)
        page.locator("#text").fill("it was me")
        page.locator(".writing button").click()
        expect(page.locator("#status")).to_contain_text("Not sent yet")
        typed = page.locator("#text").input_value()

        page.context.set_offline(False)
        page.locator("#again").click()
        expect(page.locator(".said")).to_have_count(1)

        assert typed == "it was me"
        assert open_step(page) == "danger"
        assert page.locator("#status").text_content() == ""


def test_an_answer_lost_on_the_way_back_is_not_taken_twice(browser: Browser, address: str) -> None:
    with visit(browser, address) as page:
        begin(page, "en")

        def lose(route: Route) -> None:
            route.fetch()
            route.abort()

        page.route(f"{address}/", lose, times=1)
        page.locator(".options [value=victim]").click()
        expect(page.locator("#again")).to_be_visible()
        page.locator("#again").click()
        expect(page.locator(".said")).to_have_count(1)

        assert open_step(page) == "danger"
        assert page.locator("#log li").count() == len(page.locator("#log li").all_inner_texts())


def test_words_begun_before_a_button_was_pressed_are_not_lost(browser: Browser, address: str) -> None:
    with visit(browser, address) as page:
        begin(page, "en")
        answer_until(page, "textarea")
        page.locator("#text").fill("half a senten")
        page.locator(".also > summary").click()
        page.locator(".also button[value=help]").click()
        expect(page.locator(".said")).to_have_count(3)

        assert page.locator("#text").input_value() == "half a senten"


@SCRIPT
def test_the_language_changes_at_any_time_and_the_whole_page_with_it(
    browser: Browser, address: str, script: bool
) -> None:
    with visit(browser, address, java_script_enabled=script) as page:
        begin(page, "en")
        page.locator(".languages button[value=ar]").click()

        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        expect(page.locator("#log li[lang=en]")).not_to_have_count(0)
        expect(page.locator("#log li[lang=ar]")).not_to_have_count(0)


def test_a_new_chat_opens_at_its_top_and_one_loaded_again_at_its_newest_exchange(
    browser: Browser, address: str
) -> None:
    with visit(browser, address, viewport={"width": 360, "height": 640}) as page:
        begin(page, "en")
        started = page.evaluate("scrollY")
        answer_until(page, ".story [value=done]")
        page.evaluate("scrollTo(0, 0)")
        page.reload()
        expect(page.locator("#latest")).to_be_in_viewport()
        reloaded = page.evaluate("scrollY")
        page.evaluate("scrollTo(0, 0)")
        page.locator(".languages button[value=pl]").click()
        expect(page.locator("html")).to_have_attribute("lang", "pl")

        expect(page.locator("#latest")).to_be_in_viewport()
        assert started == 0
        assert reloaded > 0
        assert page.evaluate("document.activeElement === document.body")


def test_deleting_clears_the_page_as_well(browser: Browser, address: str) -> None:
    with visit(browser, address) as page:
        begin(page, "en")
        answer_until(page, ".story [value=done]")
        page.locator(".also > summary").click()
        page.locator(".delete > summary").click()
        page.locator(".delete button").click()
        expect(page.locator("#log li.heard")).to_have_count(1)

        assert "shouted" not in page.content()
