"""Everything the engine itself says or listens for, whatever the flow: one field a phrase.

The English stands in flows/texts.yaml under the same names; a field that ends in `_words`
is a list of words people may type, the others are sentences.
"""

from dataclasses import dataclass

from bot.core.phrases import Phrase


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """The engine's own phrases."""

    help_words: Phrase
    back_words: Phrase
    skip_words: Phrase
    change_words: Phrase
    language_words: Phrase
    later_words: Phrase
    delete_words: Phrase
    menu_words: Phrase
    new_words: Phrase
    done_words: Phrase
    again_words: Phrase
    stop_words: Phrase
    start_words: Phrase
    and_words: Phrase
    number_words: Phrase
    leading_words: Phrase
    polite_words: Phrase
    filler_words: Phrase
    ambiguous_words: Phrase
    dont_know_words: Phrase
    danger_words: Phrase
    concern_words: Phrase
    self_harm_words: Phrase
    several_hint: Phrase
    choose_language: Phrase
    draft_translation: Phrase
    language_changed: Phrase
    help: Phrase
    menu: Phrase
    nothing_before: Phrase
    cannot_skip: Phrase
    change_which: Phrase
    no_such_answer: Phrase
    later: Phrase
    welcome_back: Phrase
    erased: Phrase
    stopped: Phrase
    danger_card: Phrase
    danger_go_on: Phrase
    concern_card: Phrase
    self_harm_card: Phrase
    unclear: Phrase
    unclear_again: Phrase
    unclear_text: Phrase
    future_day: Phrase
    long_ago: Phrase
    mistyped_code: Phrase
    consent_plainly: Phrase
    can_skip: Phrase
    text_wanted: Phrase
    too_old_button: Phrase
    too_long: Phrase
    heard: Phrase
    heard_day: Phrase
    story_done: Phrase
    story_again: Phrase
    story_kept: Phrase
    story_cleared: Phrase
    review_line: Phrase
    review_consent_line: Phrase
    review_nobody: Phrase
    skipped: Phrase
    dont_know: Phrase
    sent: Phrase
    sent_code: Phrase
    sent_next: Phrase
    not_sent: Phrase
    services: Phrase
    service_line: Phrase
    service_line_unsure: Phrase
    status_received: Phrase
    status_acknowledged: Phrase
    status_unknown: Phrase
    new_report: Phrase
    new_label: Phrase
    and_next: Phrase
    day_part: Phrase
    around_day: Phrase
    today_words: Phrase
    yesterday_words: Phrase
    before_yesterday_words: Phrase
    morning_words: Phrase
    afternoon_words: Phrase
    evening_words: Phrase
    night_words: Phrase
    part_morning: Phrase
    part_afternoon: Phrase
    part_evening: Phrase
    part_night: Phrase
