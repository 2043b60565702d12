"""The one form in which what people type is compared with what we know."""

import pytest

from bot.core.normal import normal

TYPED = {
    "capitals": ("YES", "yes"),
    "marks around": (" «Yes!!» ", "yes"),
    "a number with a point": ("1.", "1"),
    "a number with a bracket": ("1)", "1"),
    "full-width digits": ("１２", "12"),
    "Arabic-Indic digits": ("١٢٣", "123"),
    "Persian digits": ("۱۲۳", "123"),
    "Bengali digits": ("১২৩", "123"),
    "Gurmukhi digits": ("੧੨੩", "123"),
    "Devanagari digits": ("१२३", "123"),
    "a keycap emoji": ("2\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP}", "2"),
    "a circled number": ("②", "2"),
    "tatweel": ("نـــعم", "نعم"),
    "harakat": ("نَعَمْ", "نعم"),
    "hamza on alef": ("أمس", "امس"),
    "alef maksura and Farsi ye": ("على", "علی"),
    "Arabic and Farsi kaf": ("كلب", "کلب"),
    "Arabic comma at the end": ("نعم،", "نعم"),
    "zero-width non-joiner": ("می\u200cخواهم", "میخواهم"),
    "zero-width space": ("y\u200bes", "yes"),
    "a byte order mark": ("\ufeffyes", "yes"),
    "direction marks": ("\u200fنعم\u200e", "نعم"),
    "no-break space": ("not\xa0now", "not now"),
    "spaces within": ("not   \n now", "not now"),
    "Polish letters": ("Cofnij się, żółć", "cofnij sie, zolc"),
    "Polish typed without them": ("cofnij sie, zolc", "cofnij sie, zolc"),
    "ł": ("Łódź", "lodz"),
    "a letter and its accent apart": ("cafe\u0301", "cafe"),
    "sharp s": ("STRAßE", "strasse"),
    "curly apostrophe": ("don’t know", "don't know"),
    "an emoji after": ("yes 😭", "yes"),
    "an emoji of two people": ("👨‍👩‍👧", ""),
    "thumbs up with its tone": ("👍🏽", ""),
    "a Bengali vowel sign stays": ("কি", "কি"),
    "a ligature": ("ﬁne", "fine"),
    "nothing but marks": ("...?!", ""),
    "nothing": ("", ""),
    "a null character": ("ye\x00s", "ye s"),
    "a lone surrogate": ("yes\ud83d", "yes\ud83d"),
}


@pytest.mark.parametrize(("typed", "compared"), TYPED.values(), ids=TYPED)
def test_what_is_typed_is_brought_to_one_form(typed: str, compared: str) -> None:
    assert normal(typed) == compared


@pytest.mark.parametrize("typed", [typed for typed, _ in TYPED.values()], ids=TYPED)
def test_that_form_is_its_own_form(typed: str) -> None:
    assert normal(normal(typed)) == normal(typed)
