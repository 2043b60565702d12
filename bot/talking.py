"""Plays the real flow in the terminal; nothing is stored or sent."""

from datetime import UTC, datetime
from pathlib import Path

import click

from bot.core.conversation import Inbound
from bot.core.phrases import Phrasebook
from bot.handset import sms_texts, whatsapp_texts
from bot.knowing import read_knowledge
from bot.segments import segments
from bot.transcript import CODE, REFERENCE, Script, Talk, play
from bot.wording import Message, as_text


def talk_in_terminal(area: str, language: str, channel: str, record: Path | None) -> None:
    """Talk until Ctrl-D or Ctrl-C; then write the talk down where that was asked for."""
    knowledge = read_knowledge(area)
    script = Script(channel, datetime.now(UTC), ())
    talk = Talk.begin(knowledge, channel)
    said: list[str] = []
    waiting = _first_words(knowledge.phrasebook, language)
    click.secho("Ctrl-D ends the talk. Nothing is stored or sent.", dim=True)
    try:
        while True:
            said.append(waiting)
            inbound = Inbound(waiting, script.at, reference=REFERENCE, code=CODE)
            messages, effects = talk.say(inbound)
            _show(channel, messages)
            for effect in effects:
                click.secho(f"[{type(effect).__name__}]", dim=True)
            waiting = click.prompt("", prompt_suffix="> ")
    except (click.Abort, EOFError):
        click.echo()
    if record is not None:
        record.write_text(play(knowledge, Script(channel, script.at, tuple(said))), encoding="utf-8")
        click.secho(f"kept in {record}", dim=True)


def _first_words(phrasebook: Phrasebook, code: str) -> str:
    """Return what chooses a language, or a greeting that has the choice offered."""
    offered = {language.code: language.own_name for language in phrasebook.languages}
    if code and code not in offered:
        raise click.BadParameter(f"there is {', '.join(offered)}", param_hint="--lang")
    return offered.get(code, "hello")


def _show(channel: str, messages: tuple[Message, ...]) -> None:
    if channel != "sms":
        said = whatsapp_texts(messages) if channel == "whatsapp" else (as_text(messages),)
        click.echo("".join(f"\n{part}\n" for part in said))
        return
    for part in sms_texts(messages):
        click.echo(f"\n{part}")
        click.secho(f"[SMS parts: {segments(part)}]\n", dim=True)
