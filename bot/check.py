"""Everything wrong in flows/, locales/ and the pages, each fault as one line, before anything runs.

The rules are in `bot.core.checks`, `collisions`, `plainness` and `translations`; here they meet the files.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import product
from pathlib import Path
from typing import Self, TypeVar

import click
from babel.messages.catalog import Message

from bot.catalogues import TEMPLATES, Entry, page_entries, stale_catalogues
from bot.core.checks import Flaw, condition_flaws, flow_flaws, unasked_agencies, unreached_flows
from bot.core.collisions import choice_word_flaws, word_list_flaws
from bot.core.conversation import Option, Reply
from bot.core.listing import directory_flaws, stale_rows
from bot.core.phrases import ENGLISH, Language, Phrase, Phrasebook
from bot.core.plainness import Avoided, avoided_flaws, length_flaws
from bot.core.reach import values_in
from bot.core.translations import english_flaws, translation_flaws
from bot.core.triagechecks import triage_flaws
from bot.dictionary import dictionary_faults, read_dictionary
from bot.flowfile import FLOWS, Script, read_script
from bot.folding import fold
from bot.phrasebook import LOCALES, catalogue_name, read_languages, read_messages, vital_phrases
from bot.segments import (
    ENGLISH_PARTS,
    ENGLISH_QUESTION_PARTS,
    PHRASE_PARTS,
    QUESTION_PARTS,
    not_gsm,
    segments,
)
from bot.wording import as_text, put_into_words
from bot.wordingfile import read_avoided
from casebridge.yamlfile import Fault, FaultyFile


@dataclass(frozen=True, slots=True)
class Findings:
    """What a check found. A warning is for a person to look at and fails nothing."""

    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...] = ()


def run_check(area: str) -> int:
    """Print everything found for an area; return 1 if anything is a fault."""
    findings = check(area, date.today())
    for warning in findings.warnings:
        click.echo(f"{warning} (warning)")
    for fault in findings.faults:
        click.echo(str(fault))
    return 1 if findings.faults else 0


def check(
    area: str, today: date, *, flows: Path = FLOWS, locales: Path = LOCALES, templates: Path = TEMPLATES
) -> Findings:
    """Read every file an area needs and return what is wrong in all of them."""
    faults: list[Fault] = []
    script = _read(partial(read_script, area, flows), faults)
    pages = _read(partial(page_entries, templates), faults)
    dictionary = _read(partial(read_dictionary, flows), faults)
    avoided = _read(partial(read_avoided, flows), faults)
    languages = _read(partial(read_languages, locales), faults) or ()
    messages = {
        language.code: _read(partial(read_messages, language.code, locales), faults) or ()
        for language in languages
    }
    if faults or script is None or pages is None or dictionary is None or avoided is None:
        return Findings(tuple(sorted(faults)))
    behind = stale_catalogues(flows, locales, templates)
    book = _Book.of(script, pages, languages, messages)
    faults = [
        *(Fault(catalogue_name(code), 1, 1, "is behind, run: python -m bot phrases") for code in behind),
        *_flow_faults(script),
        *dictionary_faults(dictionary, script.flows),
        *_service_faults(script),
        *_text_faults(book),
        *_plainness_faults(book, avoided),
        *_word_faults(book),
        *_language_faults(book),
    ]
    return Findings(tuple(sorted(set(faults))), tuple(sorted(_warnings(book, today))))


Read = TypeVar("Read")


def _read(read: Callable[[], Read], faults: list[Fault]) -> Read | None:
    try:
        return read()
    except FaultyFile as faulty:
        faults.extend(faulty.faults)
        return None


@dataclass(frozen=True, slots=True)
class _Book:
    """Every phrase with its translations, and where each of them stands."""

    script: Script
    phrasebook: Phrasebook  # every language, offered or not
    phrases: Mapping[Phrase, Fault]  # what is said, with the fault its English would be
    messages: Mapping[str, Mapping[str, Message]]  # by language and context

    @classmethod
    def of(
        cls,
        script: Script,
        pages: Iterable[Entry],
        languages: Iterable[Language],
        messages: Mapping[str, Iterable[Message]],
    ) -> Self:
        places = {phrase: script.sources[file].fault(path, "") for phrase, file, path in script.phrases()}
        places |= {entry.phrase: Fault(entry.file, entry.line, 1, "") for entry in pages}
        found = {code: {m.context or "": m for m in several} for code, several in messages.items()}
        translated = {
            code: {(m.context or "", str(m.id)): str(m.string) for m in several if m.string and not m.fuzzy}
            for code, several in messages.items()
        }
        return cls(script, Phrasebook(tuple(languages), translated), places, found)

    def fault(self, phrase: Phrase, language: str, says: str) -> Fault:
        """Return a fault in a phrase, pointing at its English or at its translation."""
        says = f"{_owner(phrase)}: {says}"
        if language == ENGLISH:
            return replace(self.phrases[phrase], says=says)
        message = self.messages[language].get(phrase.context)
        return Fault(catalogue_name(language), message.lineno or 1 if message else 1, 1, says)


def _owner(phrase: Phrase) -> str:
    """Name what a phrase belongs to, by its context."""
    match phrase.context.split("."):
        case ["texts", name]:
            return f"text '{name}'"
        case ["service", _, service, *_]:
            return f"service '{service}'"
        case ["agency", _, agency, *_]:
            return f"agency '{agency}'"
        case ["page", *_]:
            return f"page text '{phrase.context}'"
        case [_, step, *_]:
            return f"step '{step}'"
    return f"page text '{phrase.text}'"


# --- flows -----------------------------------------------------------------------------------


def _flow_faults(script: Script) -> Iterator[Fault]:
    agencies = [agency.id for agency in script.agencies]
    for name, flow in script.flows.items():
        for flaw in flow_flaws(flow, script.flows, agencies):
            i = flaw.path[1] if flaw.path[0] == "steps" and len(flaw.path) > 1 else None
            step = f"step '{flow.steps[i].name}': " if isinstance(i, int) else ""
            yield script.fault(name, flaw.path, f"{step}{flaw.says}")
    for name in unreached_flows(script.flows.values()):
        yield script.sources[f"flows/{name}.yaml"].fault(("flow",), f"no choice leads to the flow '{name}'")
    source = script.sources[f"flows/areas/{script.directory.area}.yaml"]
    for agency in unasked_agencies(script.flows.values(), agencies):
        path = ("agencies", agencies.index(agency))
        yield source.fault(path, f"agency '{agency}': no consent step asks about it")
    for flaw in triage_flaws(script.triage, script.flows.values()):
        yield source.fault(flaw.path, flaw.says)


def _service_faults(script: Script) -> Iterator[Fault]:
    values = values_in(script.flows.values())
    flaws = list(directory_flaws(script.directory))
    for i, service in enumerate(script.directory.services):
        if service.when is not None:
            flaws += condition_flaws(service.when, ("services", i, "when"), values)
        if strange := not_gsm(service.name):
            flaws.append(Flaw(("services", i, "name"), _doubles(strange)))
    yield from (_service_fault(script, flaw) for flaw in flaws)


def _service_fault(script: Script, flaw: Flaw) -> Fault:
    services = script.directory.services
    i = flaw.path[1] if len(flaw.path) > 1 else None
    service = f"service '{services[i].id}': " if isinstance(i, int) else "services: "
    source = script.sources[f"flows/areas/{script.directory.area}.yaml"]
    return source.fault(flaw.path, f"{service}{flaw.says}")


# --- texts -----------------------------------------------------------------------------------


def _text_faults(book: _Book) -> Iterator[Fault]:
    """Yield texts that are damaged, or longer than a phone should pay for."""
    contexts: dict[str, Phrase] = {}
    for phrase, place in book.phrases.items():
        one_of_two = contexts.setdefault(phrase.context, phrase) != phrase
        if place.file.endswith(".html") and (one_of_two or not phrase.context.startswith("page.")):
            yield replace(place, says=f"{_owner(phrase)}: needs a context of its own, page.…")
            continue
        flaws = english_flaws(phrase.context, phrase.text)
        for says in (*flaws, *_length_flaws(phrase, ENGLISH, phrase.text)):
            yield book.fault(phrase, ENGLISH, says)
        for code, translated in book.phrasebook.translations.items():
            text = translated.get((phrase.context, phrase.text))
            if text:
                flaws = translation_flaws(phrase.context, phrase.text, text)
                for says in (*flaws, *_length_flaws(phrase, code, text)):
                    yield book.fault(phrase, code, says)
    yield from _question_faults(book)


def _length_flaws(phrase: Phrase, language: str, text: str) -> Iterator[str]:
    if phrase.context.startswith("page.") or phrase.context.endswith("words"):
        return
    most = ENGLISH_PARTS if language == ENGLISH else PHRASE_PARTS
    if language == ENGLISH and (strange := not_gsm(text)):  # ours are plain also where nothing is folded
        yield _doubles(strange)
    elif (parts := segments(fold(text))) > most:
        yield f"takes {parts} text messages, at most {most} are wanted"


def _doubles(strange: str) -> str:
    return f"{strange!r} makes a text message take twice the parts, write it in plain letters and signs"


def _question_faults(book: _Book) -> Iterator[Fault]:
    texts, phrasebook = book.script.texts, book.phrasebook
    for flow in book.script.flows.values():
        for step in flow.steps:
            options = tuple(Option(c.value, c.label) for c in step.choices if c.listed)
            for asked, language in product(step.asks_in, phrasebook.languages):
                reply = Reply(asked, options=options)
                text = as_text(put_into_words((reply,), language.code, phrasebook, texts))
                most = ENGLISH_QUESTION_PARTS if language.code == ENGLISH else QUESTION_PARTS
                if (parts := segments(fold(text))) > most:
                    says = f"with its choices takes {parts} text messages, at most {most} are wanted"
                    yield book.fault(asked, language.code, says)


def _plainness_faults(book: _Book, avoided: Iterable[Avoided]) -> Iterator[Fault]:
    flows = book.script.flows.values()
    questions = dict.fromkeys(asked for flow in flows for step in flow.steps for asked in step.asks_in)
    for flaw in (*length_flaws(questions), *avoided_flaws(book.phrases, avoided)):
        yield book.fault(flaw.phrase, flaw.language, flaw.says)


# --- words and languages -------------------------------------------------------------------------


def _word_faults(book: _Book) -> Iterator[Fault]:
    texts = book.script.texts
    for flow in book.script.flows.values():
        for step in flow.steps:
            for flaw in choice_word_flaws(step, texts, book.phrasebook):
                yield book.fault(flaw.phrase, flaw.language, flaw.says)
    for flaw in word_list_flaws(texts, book.phrasebook):
        yield book.fault(flaw.phrase, flaw.language, flaw.says)


def _language_faults(book: _Book) -> Iterator[Fault]:
    """Yield what keeps a language from being offered, and names that mean two languages."""
    vital = tuple(dict.fromkeys(vital_phrases(book.script)))
    names: dict[str, str] = {}
    for language in book.phrasebook.languages:
        code = language.code
        for name in sorted(book.phrasebook.normal_names(language)):
            if names.setdefault(name, code) != code:
                says = f"'{name}' means both '{names[name]}' and '{code}'"
                yield Fault("locales/languages.yaml", 1, 1, says)
        if code == ENGLISH:
            continue
        translated = book.phrasebook.translations[code]
        lacking = [phrase for phrase in vital if (phrase.context, phrase.text) not in translated]
        if not translated:
            yield Fault(catalogue_name(code), 1, 1, f"nothing is translated, so '{code}' is not offered")
            continue
        for phrase in lacking:
            message = book.messages[code].get(phrase.context)
            why = "is translated for other English" if message and message.fuzzy else "is not translated"
            yield book.fault(phrase, code, f"{why}, so '{code}' is not offered")


def _warnings(book: _Book, today: date) -> Iterator[Fault]:
    for flaw in stale_rows(book.script.directory, today):
        yield _service_fault(book.script, flaw)
    for code, translated in book.phrasebook.translations.items():
        said = [
            p for p in book.phrases if not (code.startswith(f"{ENGLISH}-") and p.context.endswith("words"))
        ]
        english = [p for p in said if translated and (p.context, p.text) not in translated]
        if english and code != ENGLISH:
            says = f"phrases said in English: {len(english)}, the first is {english[0].context}"
            yield Fault(catalogue_name(code), 1, 1, says)
