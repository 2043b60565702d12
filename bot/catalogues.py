"""Keeps locales/<language>/LC_MESSAGES/messages.po in step with the flows, texts and pages.

A translation belongs to its context and never moves to another one: when the English under a
context changes, the old translation stays there as fuzzy, with the English it was made for.
The files hold no dates and no line numbers, so writing them twice changes nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.plurals import get_plural
from babel.messages.pofile import denormalize, normalize
from jinja2 import TemplateSyntaxError
from jinja2.ext import babel_extract

from bot.core.flow import Step
from bot.core.phrases import ENGLISH, Language, Phrase
from bot.core.translations import gaps
from bot.flowfile import FLOWS, Script, areas, read_script
from bot.phrasebook import LOCALES, catalogue_name, catalogue_path, parse_po, read_languages
from bot.segments import PHRASE_PARTS, UCS2_PART
from casebridge.yamlfile import Fault, FaultyFile

GETTEXT = ("pgettext", "gettext", "ngettext", "npgettext", "_")
NOTE = "Note:"  # begins a comment before a phrase in a template, for whoever translates it
TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Entry:
    """One phrase to translate, with what a translator should know of it."""

    phrase: Phrase
    file: str
    note: str
    line: int = 1


def entries(flows: Path = FLOWS, templates: Path = TEMPLATES) -> tuple[Entry, ...]:
    """Return every phrase in the order people meet it, each context once. Raises FaultyFile."""
    found: dict[str, Entry] = {}
    for area in areas(flows):
        for entry in _script_entries(read_script(area, flows)):
            found.setdefault(entry.phrase.context, entry)
    for entry in page_entries(templates):
        if entry.phrase.context:
            found.setdefault(entry.phrase.context, entry)
    return tuple(found.values())


def page_entries(templates: Path = TEMPLATES) -> tuple[Entry, ...]:
    """Return what the pages say: `pgettext('page.exit', 'Leave this page')` in any template.

    A translator is told what `{# Note: … #}` before it says.
    Raises FaultyFile for what is no template.
    """
    entries: list[Entry] = []
    for path in sorted(templates.rglob("*.html")):
        file = f"bot/templates/{path.relative_to(templates).as_posix()}"
        try:
            with path.open("rb") as page:
                found = list(babel_extract(page, GETTEXT, [NOTE], {"silent": "false"}))
        except TemplateSyntaxError as error:
            raise FaultyFile((Fault(file, error.lineno, 1, str(error.message)),)) from error
        for line, function, said, notes in found:
            texts = [said] if isinstance(said, str) else [text for text in said or () if text is not None]
            context = texts.pop(0) if function == "pgettext" and texts else ""
            phrase = Phrase(context, texts[0] if texts else "")
            note = " ".join(notes).removeprefix(NOTE).strip() or "on a page of the web chat"
            entries.append(Entry(phrase, file, note, line))
    return tuple(entries)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a catalogue already holds under one context."""

    english: str  # what it was translated from
    translation: str
    doubted: bool  # a translator marked it as not sure
    comments: tuple[str, ...]  # a translator's own


def stale_catalogues(
    flows: Path = FLOWS, locales: Path = LOCALES, templates: Path = TEMPLATES
) -> dict[str, str]:
    """Return each language whose catalogue is not as it should be, and what should stand in it.

    Raises FaultyFile.
    """
    wanted = entries(flows, templates)
    stale: dict[str, str] = {}
    for language in read_languages(locales):
        if language.code == ENGLISH:
            continue
        path = catalogue_path(language.code, locales)
        old = path.read_text(encoding="utf-8") if path.is_file() else ""
        new = updated(old, wanted, language)
        if new != old:
            stale[language.code] = new
    return stale


def update_catalogues(
    flows: Path = FLOWS, locales: Path = LOCALES, templates: Path = TEMPLATES
) -> tuple[str, ...]:
    """Write every catalogue that is not as it should be, and say of which languages."""
    stale = stale_catalogues(flows, locales, templates)
    for language, text in stale.items():
        path = catalogue_path(language, locales)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tuple(stale)


def run_phrases(*, only_check: bool) -> int:
    """Bring every catalogue up to date and print which; or only say which, and return 1 if any."""
    stale = tuple(stale_catalogues()) if only_check else update_catalogues()
    for language in stale:
        click.echo(f"{catalogue_name(language)}: {'is behind' if only_check else 'brought up to date'}")
    return 1 if only_check and stale else 0


def updated(old: str, wanted: Sequence[Entry], language: Language) -> str:
    """Return a catalogue of exactly the wanted phrases; what is no longer wanted stays at its end."""
    head = old.partition("\n\n")[0]
    known = _known(parse_po(old, catalogue_name(language.code)))
    blocks = [head if 'msgid ""\nmsgstr ""\n"' in head else _head(language)]
    blocks += [_block(entry, known.pop(entry.phrase.context, None)) for entry in wanted]
    blocks += [_obsolete(context, kept) for context, kept in known.items() if kept.translation]
    return "\n\n".join(blocks) + "\n"


def _script_entries(script: Script) -> Iterator[Entry]:
    flows = {f"flows/{name}.yaml": flow for name, flow in script.flows.items()}
    for phrase, file, path in script.phrases():
        flow = flows.get(file)
        about = _step_note(flow.steps, path) if flow else ()
        if file.startswith("flows/areas/"):
            about = ("comes after the name of a service and a colon",)
        yield Entry(phrase, file, "; ".join((*about, _form(phrase))))


def _step_note(steps: Sequence[Step], path: tuple[str | int, ...]) -> tuple[str, ...]:
    """Say what sort of step a phrase is of, which part of it, and what was asked before."""
    number = int(path[1])
    step, part = steps[number], path[2] if path[2] != "choices" else path[4]
    if part in ("ask", "text"):
        before = next((earlier for earlier in reversed(steps[:number]) if earlier.asks), None)
        after = (f"after: {_short(before.ask)}",) if before else ("the first",)
        return (f"a {step.kind} step", *after)
    role = {"label": "one choice of", "title": "short name in the list of answers for", "help": "help for"}
    return (f"{role.get(str(part), 'for a choice of')}: {_short(step.ask)}",)


def _form(phrase: Phrase) -> str:
    if phrase.context.endswith("words"):
        return "words people may type, with commas between; not a translation word by word"
    if phrase.context.endswith((".label", ".title")):
        return "short, fits a button"
    return f"at most {PHRASE_PARTS * UCS2_PART} characters"


def _short(phrase: Phrase) -> str:
    return f'"{shorten(phrase.text, 70, placeholder=" …")}"'


# --- the PO file -------------------------------------------------------------------------
# Written here and not by babel: it adds dates, and breaks a long `#| msgid` into what is no PO.


def _known(catalogue: Catalog) -> dict[str, Kept]:
    messages = (*catalogue.obsolete.values(), *catalogue)
    return {message.context or "": _kept(message) for message in messages if message.id}


def _kept(message: Message) -> Kept:
    comments = tuple(message.user_comments)
    # babel hands `#| msgid "…"` over as a translator's comment
    previous = [comment.removeprefix("| msgid ") for comment in comments if comment.startswith("| ")]
    english = denormalize("\n".join(line.removeprefix("| ") for line in previous))
    own = tuple(comment for comment in comments if not comment.startswith("|"))
    if not message.fuzzy or not english:
        return Kept(str(message.id), str(message.string), message.fuzzy, own)
    return Kept(english, str(message.string), False, own)


def _head(language: Language) -> str:
    return "\n".join((
        f'# {language.own_name}. How to translate: README.md, "Add a language".',
        'msgid ""',
        'msgstr ""',
        f'"Language: {_standard(language.code)}\\n"',
        '"MIME-Version: 1.0\\n"',
        '"Content-Type: text/plain; charset=utf-8\\n"',
        '"Content-Transfer-Encoding: 8bit\\n"',
        f'"Plural-Forms: {get_plural(language.formats).plural_forms}\\n"',
    ))  # fmt: skip


def _standard(code: str) -> str:
    """Return a tag as PO files know it: a private ending such as `-x-easyread` is ours alone."""
    return code.partition("-x-")[0]


def _block(entry: Entry, kept: Kept | None) -> str:
    """Return one entry of the file with what was translated under its context."""
    phrase = entry.phrase
    translation = kept.translation if kept else ""
    changed = bool(kept and translation and kept.english != phrase.text)
    fuzzy = ["fuzzy"] if changed or (kept and kept.doubted) else []
    flags = ", ".join(fuzzy + (["python-brace-format"] if gaps(phrase.text) else []))
    lines = [f"# {comment}" for comment in (kept.comments if kept else ())]
    lines += [f"#. {entry.note}", f"#: {entry.file}"]
    if flags:
        lines.append(f"#, {flags}")
    if kept and changed:
        lines += [f"#| {line}" for line in _pair("msgid", kept.english)]
    lines += [*_pair("msgctxt", phrase.context), *_pair("msgid", phrase.text), *_pair("msgstr", translation)]
    return "\n".join(lines)


def _obsolete(context: str, kept: Kept) -> str:
    lines = [f"# {comment}" for comment in kept.comments] + (["#, fuzzy"] if kept.doubted else [])
    pairs = (("msgctxt", context), ("msgid", kept.english), ("msgstr", kept.translation))
    lines += [f"#~ {line}" for keyword, text in pairs for line in _pair(keyword, text)]
    return "\n".join(lines)


def _pair(keyword: str, text: str) -> list[str]:
    """Write one keyword and its text, unwrapped: a changed word is one changed line."""
    return f"{keyword} {normalize(text, width=0)}".split("\n")
