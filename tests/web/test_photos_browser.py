"""Photos in a real browser: chosen, sent with words or alone, with a script and without."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Route, expect

from tests.pictures import picture, telling_picture
from tests.web.accessible import violations
from tests.web.visitor import answer_until, begin, served_chat, visit

SCRIPT = pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served_chat(tmp_path_factory.mktemp("chat")) as served:
        yield served


def photo(name: str = "a.jpg", size: tuple[int, int] = (64, 48)) -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": picture(size=size)}


@SCRIPT
def test_photos_are_sent_with_the_story_and_the_report_goes_out(
    browser: Browser, address: str, script: bool
) -> None:
    with visit(browser, address, java_script_enabled=script) as page:
        begin(page, "en")
        answer_until(page, "textarea")
        expect(page.get_by_label("Photos: at most 5, each up to 10 MB")).to_be_visible()

        page.locator("#photo").set_input_files([photo(), photo("b.jpg")])
        page.locator("#text").fill("they painted this on my door")
        page.locator(".story .go").click()
        expect(page.locator("#log")).to_contain_text("You have sent 2 of at most 5.")
        answer_until(page, ".code")

        assert page.locator("#log .code").count() == 2


def test_a_photo_alone_is_sent_and_words_are_still_asked_for(browser: Browser, address: str) -> None:
    with visit(browser, address) as page:
        begin(page, "en")
        answer_until(page, "textarea")

        page.locator("#photo").set_input_files([photo()])
        page.locator(".story .go").click()

        expect(page.locator("#log")).to_contain_text("Your picture has arrived. It is number 1 of at most 5.")
        expect(page.locator("textarea")).to_be_visible()


def test_a_photo_is_sent_after_the_story(browser: Browser, address: str) -> None:
    with visit(browser, address, java_script_enabled=False) as page:
        begin(page, "en")
        answer_until(page, ".options [type=checkbox]")

        page.locator(".also summary").first.click()
        page.locator("#photo").set_input_files([photo()])
        page.get_by_role("button", name="Send these photos").click()

        expect(page.locator("#log")).to_contain_text("Your picture has arrived.")
        expect(page.locator("#question")).to_contain_text("Shall the pictures also be kept as you sent them?")


def test_a_photo_on_a_line_that_failed_is_sent_again_and_kept_once(browser: Browser, address: str) -> None:
    with visit(browser, address) as page:
        begin(page, "en")
        answer_until(page, "textarea")

        def taken_but_not_answered(route: Route) -> None:
            route.fetch()
            route.abort()

        page.route("**/", taken_but_not_answered, times=1)
        page.locator("#photo").set_input_files([photo()])
        page.locator(".story .go").click()
        page.locator("#again").click()

        expect(page.locator("#log")).to_contain_text("It is number 1 of at most 5.")
        expect(page.locator("#status")).to_be_empty()


def test_sending_nothing_at_all_asks_for_something(browser: Browser, address: str) -> None:
    with visit(browser, address) as page:
        begin(page, "en")
        answer_until(page, "textarea")
        page.locator(".story .go").click()

        expect(page.locator("#text")).to_be_focused()


def test_a_photo_with_its_place_from_a_folder_is_kept(browser: Browser, address: str, tmp_path: Path) -> None:
    file = tmp_path / "from the phone.jpg"
    file.write_bytes(telling_picture(orientation=6))
    with visit(browser, address) as page:
        begin(page, "en")
        answer_until(page, "textarea")
        page.locator("#photo").set_input_files(file)
        page.locator(".story .go").click()

        expect(page.locator("#log")).to_contain_text(
            "Hidden data in pictures, such as the place, is removed."
        )


# --- before they are sent ---------------------------------------------------------------------------


def test_chosen_photos_are_shown_and_one_can_be_removed_by_keyboard(browser: Browser, address: str) -> None:
    with visit(browser, address, viewport={"width": 320, "height": 568}) as page:
        begin(page, "en")
        answer_until(page, "textarea")
        page.locator("#photo").set_input_files([photo(), photo("b.jpg"), photo("c.jpg")])
        shown = page.locator(".chosen img")
        expect(shown).to_have_count(3)
        drawn = [image.evaluate("it => it.decode().then(() => it.naturalWidth)") for image in shown.all()]
        found = violations(page)
        words = page.locator(".chosen span").all_inner_texts()
        said = page.locator(".photos [role=status]").inner_text()

        page.get_by_role("button", name="Remove photo 3").focus()
        page.keyboard.press("Enter")
        expect(shown).to_have_count(2)
        expect(page.get_by_role("button", name="Remove photo 2")).to_be_focused()
        wide = page.evaluate("document.documentElement.scrollWidth")
        page.locator(".story .go").click()

        expect(page.locator("#log")).to_contain_text("You have sent 2 of at most 5.")
        assert (drawn, found) == ([64, 64, 64], {})
        assert words == [f"Photo {n}, 0.1 MB" for n in (1, 2, 3)]
        assert said == "Photos chosen: 3. Not sent yet."
        assert wide <= 320
        assert page.locator("img").count() == 0


def test_with_all_photos_removed_the_words_go_alone(browser: Browser, address: str) -> None:
    with visit(browser, address, locale="ar") as page:
        begin(page, "ar")
        answer_until(page, "textarea")
        page.locator("#photo").set_input_files([photo()])
        page.locator(".chosen button").click()
        expect(page.locator("#photo")).to_be_focused()
        page.locator("#text").fill("they shouted")
        page.locator(".story .go").click()

        expect(page.locator(".said p").last).to_have_text("they shouted")
