"""A connection that is lost or slow, in a real browser: what was sent counts once, the page needs little."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page, Route, expect

from tests.web.visitor import answer_until, begin, open_step, served_chat, visit

WORDS = "صرخوا في وجهي في الشارع"
FIRST_PAGE_BYTES = 60_000
SECOND_GENERATION = {
    "offline": False,
    "latency": 300,
    "downloadThroughput": 30_000,
    "uploadThroughput": 15_000,
}
IMPATIENT = """
    const timeout = Object.getOwnPropertyDescriptor(XMLHttpRequest.prototype, "timeout");
    Object.defineProperty(XMLHttpRequest.prototype, "timeout", {
      set() { timeout.set.call(this, 300); },
    });
"""  # the page waits 20 seconds


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served_chat(tmp_path_factory.mktemp("chat")) as served:
        yield served


def to_story(page: Page, language: str = "ar") -> None:
    begin(page, language)
    answer_until(page, "textarea")


@pytest.mark.parametrize("taken", [True, False], ids=["after it was taken", "before"])
def test_words_whose_connection_dropped_are_sent_again_and_count_once(
    browser: Browser, address: str, taken: bool
) -> None:
    with visit(browser, address, locale="ar") as page:
        to_story(page)

        def drop(route: Route) -> None:
            if taken:
                route.fetch()
            route.abort("connectionreset")

        page.route(f"{address}/", drop, times=1)
        page.locator("#text").fill(WORDS)
        page.locator(".story .go").click()
        expect(page.locator("#again")).to_be_visible()
        typed = page.locator("#text").input_value()
        page.locator("#again").click()
        expect(page.locator(".said p").last).to_have_text(WORDS)
        page.reload()

        assert typed == WORDS
        assert page.locator(".said p").all_inner_texts().count(WORDS) == 1
        assert page.locator("#text").input_value() == ""


def test_without_a_script_the_browser_sends_the_same_form_again_and_it_counts_once(
    browser: Browser, address: str
) -> None:
    with visit(browser, address, locale="ar", java_script_enabled=False) as page:
        to_story(page)
        before = page.locator(".said").count()

        def drop(route: Route) -> None:
            route.fetch(max_redirects=0)
            route.abort("connectionreset")

        page.route(f"{address}/", drop, times=1)
        page.locator("#text").fill(WORDS)
        page.locator(".story .go").click()
        page.wait_for_url("chrome-error://**")
        page.reload()  # "try again" on the browser's own page: it sends the very same form

        expect(page.locator(".said")).to_have_count(before + 1)
        expect(page.locator(".said p").last).to_have_text(WORDS)


def test_a_server_that_does_not_answer_is_waited_for_and_then_tried_again(
    browser: Browser, address: str
) -> None:
    with visit(browser, address) as page:
        page.add_init_script(IMPATIENT)
        page.reload()
        begin(page, "en")
        page.route(f"{address}/", lambda _: None, times=1)  # never answered
        page.locator(".options [value=victim]").click()
        expect(page.locator("#status")).to_have_text("Not sent yet. What you wrote is still here.")

        page.locator("#again").click()
        expect(page.locator(".said")).to_have_count(1)

        assert open_step(page) == "danger"


def test_going_offline_and_coming_back_is_said_before_anything_is_sent(
    browser: Browser, address: str
) -> None:
    with visit(browser, address) as page:
        begin(page, "en")
        page.context.set_offline(True)
        expect(page.locator("#status")).to_contain_text("This device is not online.")
        page.context.set_offline(False)
        expect(page.locator("#status")).to_have_text("This device is online again.")
        page.locator(".options [value=victim]").click()

        expect(page.locator(".said")).to_have_count(1)
        expect(page.locator("#status")).to_be_empty()


# --- how much and in which order --------------------------------------------------------------------


def network(page: Page) -> CDPSession:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    return session


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_first_page_is_small_over_the_wire(browser: Browser, address: str, language: str) -> None:
    """All bytes of all answers, headers too, as a browser that was never here loads it."""
    with visit(browser, address) as page:
        received: list[float] = []
        session = network(page)
        session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
        page.goto(f"{address}/?lang={language}", wait_until="networkidle")

        assert len(received) >= 3
        assert sum(received) < FIRST_PAGE_BYTES


def test_on_a_slow_line_the_chat_is_begun_before_the_script_has_come(browser: Browser, address: str) -> None:
    """And goes on without it: the script is on its way for as long as the test lasts."""
    with visit(browser, address, locale="ar") as page:
        network(page).send("Network.emulateNetworkConditions", SECOND_GENERATION)
        page.route("**/static/*.js*", lambda _: None)
        page.goto(address, wait_until="commit")
        page.locator("main button[name=language][value=ar]").click(no_wait_after=True)
        expect(page.locator("#question")).to_be_visible()
        page.locator(".options [value=victim]").click(no_wait_after=True)

        expect(page.locator(".said")).to_have_count(1)
        assert page.locator("html").get_attribute("dir") == "rtl"


def test_on_a_slow_line_messages_are_sent_and_the_page_says_so(browser: Browser, address: str) -> None:
    with visit(browser, address) as page:
        begin(page, "en")
        network(page).send("Network.emulateNetworkConditions", SECOND_GENERATION | {"latency": 1500})
        page.locator(".options [value=victim]").click()
        expect(page.locator("#status")).to_have_text("Sending …")

        expect(page.locator(".said")).to_have_count(1)
        expect(page.locator("#status")).to_be_empty()
