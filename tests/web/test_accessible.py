"""Whether what looks for faults finds them: a page with one is looked at in every look."""

import pytest
from playwright.sync_api import Browser

from tests.web.accessible import LOOKS, violations

PAGE = "<!doctype html><html lang=en><title>A page</title><main><h1>A page</h1>{}</main></html>"
PALE = "p {color: #ccc; background: #fff}"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        pytest.param("<p>plain</p>", {}, id="nothing"),
        pytest.param("<img src='data:,'>", {"light": ["image-alt"]}, id="whatever has no colour, once"),
        pytest.param(
            f"<style>{PALE}</style><p>pale</p>",
            {look: ["color-contrast"] for look in LOOKS},
            id="pale in every look",
        ),
        pytest.param(
            f"<style>@media (prefers-color-scheme: dark) {{{PALE}}}</style><p>pale</p>",
            {"dark": ["color-contrast"]},
            id="pale in the dark",
        ),
        pytest.param(
            f"<style>@media (forced-colors: active) {{{PALE}}}</style><p>pale</p>",
            {"forced colours": ["color-contrast"]},
            id="pale in forced colours",
        ),
    ],
)
def test_a_fault_is_found_in_the_look_that_has_it(
    browser: Browser, body: str, found: dict[str, list[str]]
) -> None:
    with browser.new_page() as page:
        page.set_content(PAGE.format(body))

        faults = violations(page)

    assert {look: [fault.split(":")[0] for fault in each] for look, each in faults.items()} == found
