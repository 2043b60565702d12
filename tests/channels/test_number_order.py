"""Numbers in texts that are written from right to left: their groups stay in order."""

import unicodedata

from bot.handset import in_order, sms_texts
from bot.wording import Message

NUMBER = "08 08 16 89 111"


def test_the_groups_of_a_number_are_joined_by_what_does_not_part_them() -> None:
    (text,) = sms_texts((Message(f"\u0627\u062a\u0635\u0644\u0648\u0627 {NUMBER}", "ar"),))

    joined = text[-len(NUMBER) :]
    between = {character for character in joined if not character.isdecimal()}
    assert joined.split() == NUMBER.split()
    assert {unicodedata.bidirectional(character) for character in between} == {"CS"}


def test_a_text_from_left_to_right_stays_as_it_is() -> None:
    assert in_order(f"Call {NUMBER}") == f"Call {NUMBER}"
