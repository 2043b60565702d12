"""Whole reports in every language and look, with a script and without, and what axe says to each page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.web.accessible import LOOKS, violations
from tests.web.visitor import answer, answer_until, begin, served_chat, visit

EVERY_LOOK = frozenset({"landing", "role", "why", "receipt"})  # the rest is drawn by the same rules
LOOKED_AT = EVERY_LOOK | {"story", "consent_case_group", "review"}
SMALL = {"width": 320, "height": 568}
LARGE = {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served_chat(tmp_path_factory.mktemp("chat")) as served:
        yield served


class Scripts:
    """Switches scripts of a page off and on again: axe is one itself, and must find a page without."""

    def __init__(self, page: Page, *, on: bool) -> None:
        self._session = page.context.new_cdp_session(page)
        self.on = on
        self.switch()

    def switch(self, *, for_axe: bool = False) -> None:
        off = not self.on and not for_axe
        self._session.send("Emulation.setScriptExecutionDisabled", {"value": off})


def found_at(page: Page, step: str, scripts: Scripts, *, every_look: bool = True) -> dict[str, list[str]]:
    """Look at the page, with a script at some steps in every look, and return what axe finds."""
    scripts.switch(for_axe=True)
    found = violations(page, LOOKS if every_look and scripts.on and step in EVERY_LOOK else ("light",))
    scripts.switch()
    return {f"{step}, {look}": faults for look, faults in found.items()}


@pytest.mark.parametrize(
    ("language", "script"),
    [("en", True), ("ar", True), ("pl", False)],
    ids=["en", "ar", "pl-no script"],
)
def test_a_whole_report_can_be_made_and_every_page_is_accessible(
    browser: Browser, address: str, language: str, script: bool
) -> None:
    with visit(browser, address, locale=language, viewport=SMALL if script else LARGE) as page:
        scripts = Scripts(page, on=script)
        every_look = language == "ar"  # colours are the same in every language
        page.reload()
        found = found_at(page, "landing", scripts, every_look=every_look)
        begin(page, language)
        seen: set[str] = set()
        widths: set[int] = set()

        def look(page: Page, step: str) -> None:
            if step in LOOKED_AT - seen:
                found.update(found_at(page, step, scripts, every_look=every_look))
            if script:
                widths.add(page.evaluate("document.documentElement.scrollWidth"))
            seen.add(step)
            answer(page, step)

        answer_until(page, ".code", look)
        found |= found_at(page, "receipt", scripts, every_look=every_look)

        assert found == {}
        assert max(widths, default=0) <= SMALL["width"]
        assert page.url.endswith("#latest") is not script
        assert seen >= LOOKED_AT - {"landing", "receipt"}
        assert page.locator("#log .code").count() == 2
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
