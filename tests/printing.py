"""What the tests of printed pages share: the fonts they need, and a PDF as a reader of it sees it."""

import os
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
import typst
from pypdf import PdfReader

from bot.typesetting import missing_fonts

SCRIPTS = ("LATIN", "ARABIC")


def fonts_or_skip() -> None:
    """Skip, saying why, where the machine lacks the fonts; with PRINT_TESTS=required fail."""
    families = typst.Fonts(include_embedded_fonts=False).families()
    missing = "; ".join(missing_fonts(SCRIPTS, families))
    if missing and os.environ.get("PRINT_TESTS") == "required":
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)


class Printed:
    """A PDF: its text, its language, and what a reader that reads aloud is told."""

    def __init__(self, pdf: bytes) -> None:
        self._reader = PdfReader(BytesIO(pdf))
        trailer: Any = self._reader.trailer
        self.root = trailer["/Root"]
        self.pages = [" ".join(page.extract_text().split()) for page in self._reader.pages]
        self.text = " ".join(self.pages)
        self.title = self._reader.metadata.title if self._reader.metadata else None
        self.elements = list(_elements(self.root["/StructTreeRoot"]))

    @property
    def is_tagged(self) -> bool:
        return bool(self.root["/MarkInfo"]["/Marked"])

    @property
    def language(self) -> str:
        return str(self.root["/Lang"])

    @property
    def direction(self) -> str:
        return str(self.root["/ViewerPreferences"]["/Direction"])

    def tagged(self, tag: str) -> list[Any]:
        """Return the elements with that tag, such as `/H1`, `/Figure`."""
        return [element for element in self.elements if element["/S"] == tag]

    @property
    def links(self) -> list[str]:
        notes = (note.get_object() for page in self._reader.pages for note in page.get("/Annots", ()))
        return [str(note["/A"]["/URI"]) for note in notes]


def _elements(node: Any) -> Iterator[Any]:
    node = node.get_object()
    if isinstance(node, list):
        for child in node:
            yield from _elements(child)
    elif isinstance(node, dict):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from _elements(node["/K"])
