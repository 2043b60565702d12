"""Pages typeset into PDF from values: templates/*.typ say how they look, the words are handed over as JSON.

Typst never reads words as markup that way. A PDF is tagged, for readers that read aloud (PDF/UA-1), and every
sign in it has a glyph: a font that is missing is an error, never an empty box.
"""

import json
import re
import unicodedata
from collections.abc import Container, Iterable, Iterator, Mapping

import click

from bot.catalogues import TEMPLATES
from bot.core.phrases import Language

_CORE = "fonts-noto-core"
_CJK = "fonts-noto-cjk"
FAMILIES: Mapping[str, tuple[str, str]] = {
    "LATIN": ("Noto Sans", _CORE),
    "GREEK": ("Noto Sans", _CORE),
    "CYRILLIC": ("Noto Sans", _CORE),
    "ARABIC": ("Noto Naskh Arabic", _CORE),
    "ARMENIAN": ("Noto Sans Armenian", _CORE),
    "BENGALI": ("Noto Sans Bengali", _CORE),
    "CJK": ("Noto Sans CJK SC", _CJK),
    "DEVANAGARI": ("Noto Sans Devanagari", _CORE),
    "ETHIOPIC": ("Noto Sans Ethiopic", _CORE),
    "GEORGIAN": ("Noto Sans Georgian", _CORE),
    "GUJARATI": ("Noto Sans Gujarati", _CORE),
    "GURMUKHI": ("Noto Sans Gurmukhi", _CORE),
    "HANGUL": ("Noto Sans CJK SC", _CJK),
    "HEBREW": ("Noto Sans Hebrew", _CORE),
    "HIRAGANA": ("Noto Sans CJK SC", _CJK),
    "KATAKANA": ("Noto Sans CJK SC", _CJK),
    "SINHALA": ("Noto Sans Sinhala", _CORE),
    "TAMIL": ("Noto Sans Tamil", _CORE),
    "THAI": ("Noto Sans Thai", _CORE),
}
"""Each script, by the first word of its letters' Unicode names: its font, and Debian's package of that."""

TOO_LONG = "does not fit on one page"  # said by a template that is one page
_NO_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed')


class Unprintable(Exception):
    """A page that cannot be set as it should be, with every reason at once."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def typeset(template: str, language: Language, sheet: Mapping[str, object]) -> bytes:
    """Return a sheet of words as a tagged PDF in its language. Raises Unprintable.

    `sheet["title"]` is the title of the document. The same sheet makes the same file.
    """
    try:
        import typst  # noqa: PLC0415 - an extra of 85 MB, only what is printed needs it
    except ImportError as error:
        raise click.ClickException("typst is not installed: it is the extra 'print'") from error

    fonts = typst.Fonts(include_embedded_fonts=False)
    scripts = sorted(_scripts(sheet))
    faults = tuple(missing_fonts(scripts, fonts.families()))
    if faults:
        raise Unprintable(faults)
    words = {
        **sheet,
        "language": language.code.partition("-")[0],
        "direction": language.direction,
        "fonts": list(dict.fromkeys(FAMILIES[script][0] for script in ("LATIN", *scripts))),
    }
    try:
        made = typst.compile(
            TEMPLATES / template,
            root=TEMPLATES,
            font_paths=fonts,
            sys_inputs={"sheet": json.dumps(words)},
            pdf_standards="ua-1",
        )
    except typst.TypstError as error:
        faults = _faults(error.diagnostic)
        if not faults:  # the template itself is wrong
            raise
        raise Unprintable(faults) from error
    assert isinstance(made, bytes)  # noqa: S101 - a PDF is one file, only pictures are one a page
    return made


def missing_fonts(scripts: Iterable[str], there: Container[str]) -> Iterator[str]:
    """Yield a fault for every script whose font is not among the families there are."""
    for script in scripts:
        family, package = FAMILIES[script]
        if family not in there:
            yield f"no font for {script} letters: '{family}' is missing, on Debian: apt install {package}"


def _scripts(words: object) -> frozenset[str]:
    """Return the scripts in all the words of a sheet."""
    if isinstance(words, str):
        names = {unicodedata.name(sign, "").partition(" ")[0] for sign in set(words)}
        return frozenset(names & FAMILIES.keys())
    inner = words.values() if isinstance(words, Mapping) else words if isinstance(words, list | tuple) else ()
    return frozenset().union(*map(_scripts, inner))


def _faults(diagnostic: str) -> tuple[str, ...]:
    """Return what a person can mend: signs no font has, too many words."""
    if TOO_LONG in diagnostic:
        return (TOO_LONG,)
    signs = dict.fromkeys(_NO_GLYPH.findall(diagnostic))
    return tuple(f"no font here has the sign {sign}" for sign in signs)
