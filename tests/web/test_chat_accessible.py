"""Whole reports in every language and look, with a script and without, and what axe says to each page."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.web.visitor import answer, answer_until, begin, served_chat, visit

LOOKS = {
    "light": {"color_scheme": "light", "forced_colors": "none"},
    "dark": {"color_scheme": "dark", "forced_colors": "none"},
    "forced colours": {"color_scheme": "light", "forced_colors": "active"},
}
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


def violations(page: Page, step: str, scripts: Scripts) -> dict[str, list[str]]:
    """Look at the page, with a script at some steps in every look, and return what axe finds."""
    found = {}
    scripts.switch(for_axe=True)
    for look, media in LOOKS.items():
        if look == "light" or (scripts.on and step in EVERY_LOOK):
            page.emulate_media(**media)  # type: ignore[arg-type] # the values are of closed lists
            faults = Axe().run(page).response["violations"]
            found[f"{step}, {look}"] = [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in faults]
    page.emulate_media(color_scheme="light", forced_colors="none")
    scripts.switch()
    return {where: faults for where, faults in found.items() if faults}


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
        page.reload()
        found = violations(page, "landing", scripts)
        begin(page, language)
        seen: set[str] = set()
        widths: set[int] = set()

        def look(page: Page, step: str) -> None:
            if step in LOOKED_AT - seen:
                found.update(violations(page, step, scripts))
            if script:
                widths.add(page.evaluate("document.documentElement.scrollWidth"))
            seen.add(step)
            answer(page, step)

        answer_until(page, ".code", look)
        found |= violations(page, "receipt", scripts)

        assert found == {}
        assert max(widths, default=0) <= SMALL["width"]
        assert page.url.endswith("#latest") is not script
        assert seen >= LOOKED_AT - {"landing", "receipt"}
        assert page.locator("#log .code").count() == 2
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
