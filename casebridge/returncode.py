"""The two numbers a reporter keeps: the reference, which may be said aloud, and the secret return code.

Pure: randomness and the pepper come in as values. Nothing here reads or stores anything.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum

from argon2.low_level import Type, hash_secret_raw

REFERENCE_ALPHABET = "23456789CDFHJKMNPQRTVWX"  # no vowels, so no words; no 0 O 1 I L 5-S 8-B 2-Z 6-G pairs
CODE_DIGITS = 16
LONGEST_READ = 200  # what is looked at of a message: nothing long reaches the hash
ARGON2_MEMORY_KIB = 4096

_LETTERS = REFERENCE_ALPHABET[8:]
_MEANT = str.maketrans("BGSZ", "8652")  # read as their look-alikes, which are not in the alphabet
_NOISE = r"[\s.\-‐-―_·\u200b-\u200f\u2060-\u2069\ufeff]"
_RUN = re.compile(rf"[0-9](?:{_NOISE}*[0-9])*")
_MARKS = r"[\s.\-‐-―−_·\u00ad\u061c\u200b-\u200f\u2060-\u2069\ufeff,،٫/:;|+*\ufe0f\u20e3]"  # of lists too
_WIDE_RUN = re.compile(rf"[0-9](?:{_MARKS}*[0-9])*")
_CODE_LIKE = range(14, 19)  # digits; the longest telephone number has 13 here, 15 anywhere
_DAMM = (  # Damm (2004), totally anti-symmetric quasigroup of order 10
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


class Misread(Enum):
    """Why a text is not a return code: nothing like one, or one with a slip in it."""

    NOT_A_CODE = "not_a_code"
    MISTYPED = "mistyped"


@dataclass(frozen=True, slots=True)
class CodeKeys:
    """What a return code becomes: `id` finds the report, `key` opens it. 32 bytes each."""

    id: bytes
    key: bytes


def new_reference(random: bytes) -> str:
    """Make a reference such as `KX7D-4MQP` out of at least 12 random bytes.

    Six free characters behind a free letter and a check character: 2.2 thousand million of
    them. The letter comes first so that in an Arabic sentence the two halves are not shown
    swapped. Any one wrong character and any two swapped ones are detected.
    """
    number = int.from_bytes(_enough(random))
    number, letter = divmod(number, len(_LETTERS))
    characters = _LETTERS[letter]
    for _ in range(6):
        number, place = divmod(number, len(REFERENCE_ALPHABET))
        characters += REFERENCE_ALPHABET[place]
    characters += _check_character(characters)
    return f"{characters[:4]}-{characters[4:]}"


def normal_reference(text: str) -> str | None:
    """Return the reference somebody wrote (`kx7d 4mqp`), or None if it cannot be one."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST_READ]).upper()
    characters = re.sub(_NOISE, "", plain).translate(_MEANT)
    if len(characters) != 8 or not set(characters) <= set(REFERENCE_ALPHABET):
        return None
    if characters[0] not in _LETTERS or characters[7] != _check_character(characters[:7]):
        return None
    return f"{characters[:4]}-{characters[4:]}"


def new_code(random: bytes) -> str:
    """Make a return code out of at least 12 random bytes: 15 free digits and a check digit.

    The check is Damm's, not Luhn's: it finds every wrong digit and every swap of neighbours,
    and a code is not taken for a payment card, which filters of messages blot out.
    """
    digits = f"{int.from_bytes(_enough(random)) % 10**15:015}"
    return f"{digits}{_damm(digits)}"


def show_code(code: str) -> str:
    """Return the code in groups, `1234.5678.9012.3456`.

    Groups parted by spaces or dashes are shown in reverse order inside an Arabic sentence
    (Unicode bidi rule W4); full stops between digits are not, and every SMS alphabet has them.
    """
    return ".".join(code[at : at + 4] for at in range(0, CODE_DIGITS, 4))


def read_code(text: str) -> str | Misread:
    """Return the 16 digits of the code in a message, however grouped, in any script's digits.

    `my code: ١٢٣٤ ٥٦٧٨-9012.3456` is read. MISTYPED: 14 to 18 digits that are no code. Digits parted
    as in a list or a date, `1234, 5678`, are taken together only where that makes a code.
    """
    plain = "".join(_digit(character) for character in text[:LONGEST_READ])
    likely = [digits for digits in _runs(_RUN, plain) if len(digits) in _CODE_LIKE]
    codes = {digits for digits in likely or _runs(_WIDE_RUN, plain) if _is_code(digits)}
    if not (likely or codes):
        return Misread.NOT_A_CODE
    return codes.pop() if len(codes) == 1 else Misread.MISTYPED


def code_keys(code: str, pepper: bytes) -> CodeKeys:
    """Turn a return code into what finds and what opens its report. Costs about 2 ms of CPU.

    One Argon2id call of 4 MiB gives both, because a whole report may cost 10 ms. What that
    buys: the hash is salted by the pepper, a file of the public tier, so a stolen database
    alone cannot be tried at all. With database and pepper stolen, all 10^15 codes take
    2 ms * 10^15 = 63,000 core years; one pass tries every report, so with N reports the
    first falls after 63,000 / N. Guessing online at 10 a second against 100,000 live codes
    takes 30 years to the first hit.
    """
    if len(code) != CODE_DIGITS:  # nothing long is ever hashed
        raise ValueError(len(code))
    made = hash_secret_raw(
        code.encode("ascii"),
        pepper,
        time_cost=1,
        memory_cost=ARGON2_MEMORY_KIB,
        parallelism=1,
        hash_len=64,
        type=Type.ID,
    )
    return CodeKeys(id=made[:32], key=made[32:])


def _enough(random: bytes) -> bytes:
    if len(random) < 12:  # so that the remainder favours no number by more than one part in 2^40
        raise ValueError(len(random))
    return random


def _check_character(characters: str) -> str:
    total = sum(weight * REFERENCE_ALPHABET.index(it) for weight, it in enumerate(characters, start=1))
    # 23 is prime: weights 1 to 8 find every wrong character and every swap; 8 * 3 = 1 (mod 23)
    return REFERENCE_ALPHABET[-total * 3 % len(REFERENCE_ALPHABET)]


def _runs(pattern: re.Pattern[str], plain: str) -> list[str]:
    return ["".join(filter(str.isdigit, run)) for run in pattern.findall(plain)]


def _is_code(digits: str) -> bool:
    return len(digits) == CODE_DIGITS and _damm(digits) == "0"


def _damm(digits: str) -> str:
    interim = "0"
    for digit in digits:
        interim = _DAMM[int(interim)][int(digit)]
    return interim


def _digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)
