"""How the web chat draws a sentence: codes apart, numbers left to right, a read-back as rows."""

import pytest

from bot.webpage import Row, pieces, rows


@pytest.mark.parametrize(
    ("line", "isolated", "spoken"),
    [
        ("call 01642 607943.", "01642 607943", ""),
        ("08 08 16 89 111 day and night", "08 08 16 89 111", ""),
        ("see www.vcas.uk now", "www.vcas.uk", ""),
        ("write to a.b@example.org", "a.b@example.org", ""),
        ("مثلا 1 3. لا", "1 3", ""),
        ("Reference: KX7D-4MQP", "KX7D-4MQP", "K X 7 D, 4 M Q P"),
        ("code: 1234.5678.9012.3456", "1234.5678.9012.3456", "1 2 3 4, 5 6 7 8, 9 0 1 2, 3 4 5 6"),
    ],
)
def test_numbers_and_codes_stand_apart_from_the_sentence(line: str, isolated: str, spoken: str) -> None:
    found = [(piece.text, piece.spoken) for piece in pieces(line) if piece.isolated]

    assert found == [(isolated, spoken)]
    assert "".join(piece.text for piece in pieces(line)) == line


def test_a_read_back_is_rows_and_a_story_with_numbers_stays_whole() -> None:
    read_back = "1. Reporting for: Me\n2. What happened: first\n7. not: a row\nlast\n3. To Case group: No"

    assert rows(read_back) == (
        Row("1. Reporting for", "Me"),
        Row("2. What happened", "first\n7. not: a row\nlast"),
        Row("3. To Case group", "No"),
    )
    assert rows("1. Only: one") == ()
    assert rows("Who is this report about?") == ()
