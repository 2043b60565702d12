"""What axe finds wrong with a page, in every look a browser can be asked to show it in."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page

LOOKS: dict[str, Any] = {
    "light": {"color_scheme": "light", "forced_colors": "none"},
    "dark": {"color_scheme": "dark", "forced_colors": "none"},
    "forced colours": {"color_scheme": "light", "forced_colors": "active"},
}
OF_COLOUR = ("color-contrast", "link-in-text-block")  # the rules that ask what colour something has
_AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, looks: Iterable[str] = LOOKS) -> dict[str, list[str]]:
    """Return what axe finds by every rule in the first look, and by those of colour in the others."""
    page.evaluate(_AXE)
    rules = None
    found = {}
    for look in looks:
        page.emulate_media(**LOOKS[look])
        found[look] = _faults(page, rules)
        rules = OF_COLOUR
    page.emulate_media(**LOOKS["light"])
    return {look: faults for look, faults in found.items() if faults}


def _faults(page: Page, rules: Iterable[str] | None) -> list[str]:
    """Run these rules, or all that axe has switched on, on the page as it looks now."""
    options: dict[str, object] = {"resultTypes": ["violations"]}
    if rules is not None:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    found: list[str] = page.evaluate(
        """async (options) => {
            const all = (await axe.run(options)).violations;
            return all.map((fault) => `${fault.id}: ${fault.nodes[0].html}`);
        }""",
        options,
    )
    return found
