"""A visitor of the web chat with a real browser: opens it, answers whatever is asked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from playwright.sync_api import Browser, Page

from tests.web.chatting import STORY, TEXTS, chat_of, chosen
from tests.web.conftest import PATIENCE_MS, serve

EXPECTED = ("Failed to load resource", "Clear-Site-Data header")  # told by the browser, no fault of ours


@contextmanager
def served_chat(folder: Path) -> Iterator[str]:
    """A chat that is being served, and beside it the site that its exit leads to."""
    with (
        serve(_elsewhere()) as elsewhere,
        chat_of(folder, exit_url=f"{elsewhere}/weather") as app,
        serve(app) as served,
    ):
        yield served


def _elsewhere() -> Flask:
    app = Flask("elsewhere", static_folder=None)
    app.add_url_rule("/weather", view_func=lambda: "<title>Weather</title>")
    return app


@contextmanager
def visit(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    """Open the chat; it must ask no other host for anything and break no rule of its own."""
    context = browser.new_context(reduced_motion="reduce", **options)  # no click waits for a scroll
    context.set_default_timeout(PATIENCE_MS)
    asked: list[str] = []
    complaints: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    yield page
    context.close()
    hosts = {urlsplit(url.removeprefix("blob:")).netloc for url in asked if not url.endswith("/weather")}
    assert hosts == {urlsplit(address).netloc}
    assert [text for text in complaints if not text.startswith(EXPECTED)] == []


def begin(page: Page, language: str) -> None:
    page.locator(f"main button[name=language][value={language}]").click()
    page.wait_for_selector("#question")  # visible; `expect` looks ten times a second at most
    page.wait_for_load_state("domcontentloaded")  # the rest of the page may still be on its way


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
        values = page.locator(".options [name=value]").evaluate_all("all => all.map(it => it.value)")
        several = page.locator(".options .go").count()
        for value in chosen(step, values):
            page.locator(f".options [name=value][value={value}]").click()
        if several:
            page.locator(".options .go").click()
    else:
        is_contact = page.locator("#text[autocapitalize]").count()
        page.locator("#text").fill(TEXTS["contact_details" if is_contact else ""])
        page.locator(".writing button").click()
    wait_for_answer(page, mark)


def wait_for_answer(page: Page, mark: str) -> None:
    """Wait until the chat has turns after this mark, and the rest of the page is there as well."""
    page.wait_for_selector(f"ol[data-mark]:not([data-mark='{mark}'])", state="attached")
    page.wait_for_load_state("domcontentloaded")


def answer_until(page: Page, selector: str, how: Callable[[Page, str], None] = answer) -> None:
    """Answer questions until something is on the page."""
    for _ in range(40):
        if page.locator(selector).count():
            return
        how(page, open_step(page))
    raise AssertionError(selector)
