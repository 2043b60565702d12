"""The web chat in a real browser: with a script and without, by keyboard, in every language and look."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from tests.web.chatting import LANGUAGES, STORY, TEXTS, chat_of, chosen
from tests.web.conftest import serve

LOOKS = {
    "light": {"color_scheme": "light", "forced_colors": "none"},
    "dark": {"color_scheme": "dark", "forced_colors": "none"},
    "forced colours": {"color_scheme": "light", "forced_colors": "active"},
}
EVERY_LOOK = frozenset({"landing", "role", "why", "story", "receipt"})  # the rest is drawn by the same rules
LOOKED_AT = EVERY_LOOK | {"consent_case_group", "review"}
ELSEWHERE = "https://www.bbc.co.uk/weather"
SCRIPT = pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A chat that is being served."""
    with chat_of(tmp_path_factory.mktemp("chat")) as app, serve(app) as served:
        yield served


@contextmanager
def visit(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    """Open the chat; it must ask no other host for anything and break no rule of its own."""
    context = browser.new_context(**options)
    context.set_default_timeout(5000)
    asked: list[str] = []
    complaints: list[str] = []
    context.route(f"{ELSEWHERE}**", lambda route: route.fulfill(body="<h1>Weather</h1>"))
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    yield page
    context.close()
    assert {urlsplit(url).netloc for url in asked if url != ELSEWHERE} == {urlsplit(address).netloc}
    assert [text for text in complaints if "Failed to load resource" not in text] == []


def violations(page: Page, step: str) -> dict[str, list[str]]:
    """Look at the page, at some steps in every look, and return what axe finds."""
    found = {}
    for look, media in LOOKS.items():
        if look == "light" or step in EVERY_LOOK:
            page.emulate_media(**media)  # type: ignore[arg-type] # the values are of closed lists
            faults = Axe().run(page).response["violations"]
            found[f"{step}, {look}"] = [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in faults]
    page.emulate_media(color_scheme="light", forced_colors="none")
    return {where: faults for where, faults in found.items() if faults}


def begin(page: Page, language: str) -> None:
    page.locator(f"main button[name=language][value={language}]").click()
    expect(page.locator("#question")).to_be_visible()


def open_step(page: Page) -> str:
    """Return the name of the open question; "" for one that is answered in a line of text."""
    if page.locator("#log .code").count():
        return "receipt"
    if page.locator("textarea").count():
        return "story"
    step = page.locator("#compose input[name=step]")
    return step.first.get_attribute("value") or "" if step.count() else ""


def answer(page: Page, step: str) -> None:
    """Answer the open question and wait for the next."""
    mark = page.locator("ol[data-mark]").get_attribute("data-mark") or ""
    done = page.locator(".story button[value=done]")
    if step == "story" and not done.count():
        page.locator("#text").fill(STORY)
        page.locator(".story .go").click()
    elif step == "story":
        done.click()
    elif step:
        offered = page.locator(".options [name=value]")
        values = [control.get_attribute("value") or "" for control in offered.all()]
        for value in chosen(step, values):
            page.locator(f".options [name=value][value={value}]").click()
        if page.locator(".options [type=checkbox]").count():
            page.locator(".options .go").click()
    else:
        is_contact = page.locator("#text[autocapitalize]").count()
        page.locator("#text").fill(TEXTS["contact_details" if is_contact else ""])
        page.locator(".writing button").click()
    expect(page.locator("ol[data-mark]")).not_to_have_attribute("data-mark", mark)


def answer_until(page: Page, selector: str, how: Callable[[Page, str], None] = answer) -> None:
    """Answer questions until something is on the page."""
    for _ in range(40):
        if page.locator(selector).count():
            return
        how(page, open_step(page))
    raise AssertionError(selector)


@SCRIPT
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_whole_report_can_be_made_and_every_page_is_accessible(
    browser: Browser, address: str, language: str, script: bool
) -> None:
    with visit(browser, address, java_script_enabled=script, locale=language) as page:
        found = violations(page, "landing")
        begin(page, language)
        seen = set()

        def look(page: Page, step: str) -> None:
            if step in LOOKED_AT - seen:
                found.update(violations(page, step))
            seen.add(step)
            answer(page, step)

        answer_until(page, ".code", look)
        found |= violations(page, "receipt")

        assert found == {}
        assert seen >= LOOKED_AT - {"landing", "receipt"}
        assert page.locator("#log .code").count() == 2
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")


def test_a_report_with_a_script_leaves_one_step_in_the_history(browser: Browser, address: str) -> None:
    with visit(browser, f"{address}/?lang=en") as page:
        before = page.evaluate("history.length")
        page.locator("[data-replace][lang=pl]").click()
        page.wait_for_url("**/?lang=pl")
        begin(page, "pl")
        answer_until(page, ".code")

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
    expect(page.locator("ol[data-mark]")).not_to_have_attribute("data-mark", mark)


@SCRIPT
def test_after_leaving_back_shows_nothing_of_the_chat(browser: Browser, address: str, script: bool) -> None:
    with visit(browser, address, java_script_enabled=script) as page:
        begin(page, "en")
        answer_until(page, ".story [value=done]")
        page.locator("#leave").click()
        page.wait_for_url(ELSEWHERE)
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
        page.wait_for_url(ELSEWHERE)

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
        assert page.locator("#log li[lang=en]").count() > 0
        assert page.locator("#log li[lang=ar]").count() > 0


def test_deleting_clears_the_page_as_well(browser: Browser, address: str) -> None:
    with visit(browser, address) as page:
        begin(page, "en")
        answer_until(page, ".story [value=done]")
        page.locator(".also > summary").click()
        page.locator(".delete > summary").click()
        page.locator(".delete button").click()
        expect(page.locator("#log li.heard")).to_have_count(1)

        assert "shouted" not in page.content()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_nothing_runs_over_the_edge_of_a_small_screen(browser: Browser, address: str, language: str) -> None:
    with visit(browser, address, viewport={"width": 320, "height": 568}, locale=language) as page:
        widths = {"landing": page.evaluate("document.documentElement.scrollWidth")}
        begin(page, language)

        def look(page: Page, step: str) -> None:
            widths[step] = page.evaluate("document.documentElement.scrollWidth")
            answer(page, step)

        answer_until(page, ".code", look)
        widths["receipt"] = page.evaluate("document.documentElement.scrollWidth")

        assert {step: width for step, width in widths.items() if width > 320} == {}
