"""Identifiers with a form of their own: numbers, addresses, dates, as they are written in Britain.

Every pattern is bounded, so that the time is in proportion to the text whatever it holds. Sources
of the forms: the NHS data dictionary (NHS number, modulus 11), BS 7666 (postcodes), HMRC's manual
NIM39110 (National Insurance numbers), Ofcom's numbering plan (telephone numbers).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from qualkit.privacy.vocabulary import folded, is_ordinary, lists

_GAP: Final = r"[ \t\u00a0]"
_GAPS: Final = r"[ \t\u00a0]{1,3}"
_THE: Final = rf"(?:the{_GAPS})?"
_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b"
)
_ONES: Final = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth"
_ORDINAL: Final = (
    rf"(?:(?:twenty|thirty)[ -](?:{_ONES})|{_ONES}|tenth|eleventh|twelfth|thirteenth|fourteenth"
    r"|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth)"
)
_DAY: Final = rf"(?:\d{{1,2}}(?:{_GAP}?(?:st|nd|rd|th))?(?!\d)|{_ORDINAL})"
_TENS: Final = (
    "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty"
)
_SPOKEN_YEAR: Final = (
    rf"(?:twenty[ -](?:{_TENS})|nineteen[ -]\w{{3,8}})(?:[ -](?:one|two|three|four|five|six|seven"
    r"|eight|nine))?|two thousand(?: and)?(?: \w{3,8})?|(?:ninety|eighty|seventy|oh)[ -]\w{3,5}"
)
_YEAR: Final = rf"(?:(?:19|20)\d\d(?!\d)|['’]\d\d(?!\d)|{_SPOKEN_YEAR})"
_DIGIT: Final = (
    "(?:oh|zero|nought|naught|double|treble|triple|one|two|three|four|five|six|seven|eight|nine"
    "|hundred)"
)
_AREAS: Final = lists()["areas"]
_NO_HANDLE: Final = frozenset({"covid", "year", "stage", "ward", "room", "form", "class", "group"})
_MONTHS_THAT_ARE_WORDS: Final = frozenset({"may", "march", "mar", "dec", "sept"})


class Hit(NamedTuple):
    """A stretch that has the form of an identifier."""

    start: int
    end: int
    kind: str
    why: str


_Judge = Callable[[re.Match[str]], tuple[str, str] | None]


def nhs_number_is_valid(digits: str) -> bool:
    """Whether the tenth digit is the check digit of the nine before it (modulus 11).

    >>> nhs_number_is_valid("9434765919"), nhs_number_is_valid("9434765918")
    (True, False)
    """
    rest = 11 - sum(int(d) * w for d, w in zip(digits[:9], range(10, 1, -1), strict=True)) % 11
    return int(digits[9]) == (0 if rest == 11 else rest)


def _fixed(kind: str, why: str) -> _Judge:
    return lambda _match: (kind, why)


def _nhs(match: re.Match[str]) -> tuple[str, str] | None:
    digits = re.sub(r"\D", "", match.group())
    if digits.startswith("0"):
        return None
    if nhs_number_is_valid(digits):
        return "nhs", "an NHS number: its check digit is right"
    before = match.string[max(0, match.start() - 40) : match.start()].casefold()
    if "nhs" in before or digits != match.group():
        return "nhs", "looks like an NHS number, though its check digit is wrong"
    return None


def _number(match: re.Match[str]) -> tuple[str, str] | None:
    groups = re.split(r"[ -]", match.group())
    if len(groups) > 1 and all(re.fullmatch(r"(?:19|20)\d\d", one) for one in groups):
        return None  # years
    return "number", "a long number"


def _postcode(match: re.Match[str]) -> tuple[str, str] | None:
    if match[1].upper() not in _AREAS:
        return None
    if match.group().islower() and re.search(r"\d(?:st|nd|rd|th)$", match.group()):
        return None  # "e1 2nd"
    return "postcode", "has the form of a postcode"


def _district(match: re.Match[str]) -> tuple[str, str] | None:
    return ("postcode", "the first half of a postcode") if match[1] in _AREAS else None


def _date(match: re.Match[str]) -> tuple[str, str] | None:
    words = re.findall(r"[^\W\d_]+", match.group())
    months = {word for word in words if word in _MONTHS_THAT_ARE_WORDS}  # in small letters
    plain = not re.search(r"\d(?:st|nd|rd|th)|\bof\b|\bthe\b|(?:19|20)\d\d", match.group())
    if months and plain:
        return None  # "about 5 may have", "you may first"
    return "date", "a day and a month"


def _figures(match: re.Match[str]) -> tuple[str, str] | None:
    first, second = int(match["first"]), int(match["second"])
    if not (0 < first <= 31 and 0 < second <= 31 and min(first, second) <= 12):
        return None
    return "date", "a date in figures"


def _handle(match: re.Match[str]) -> tuple[str, str] | None:
    base = match.group().rstrip("0123456789").casefold()
    return None if base in _NO_HANDLE else ("handle", "letters and digits, like a user name")


def _user_name(match: re.Match[str]) -> tuple[str, str] | None:
    word = match["it"].strip(".")
    return None if is_ordinary(folded(word)) else ("handle", "said to be a user name")


def _spoken_number(match: re.Match[str]) -> tuple[str, str] | None:
    said = match.group().casefold().split()
    telling = {"oh", "zero", "nought", "naught", "double", "treble", "triple"} & set(said)
    return ("phone", "digits said one by one") if telling or len(said) > 9 else None


_PATTERNS: Final[tuple[tuple[re.Pattern[str], _Judge], ...]] = tuple(
    (re.compile(pattern, flags), judge)
    for pattern, flags, judge in (
        (r"(?<![\w.+'-])[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}",
         0, _fixed("email", "an e-mail address")),
        (r"(?<![\w.])\w{1,30}(?: (?:dot|underscore|dash|hyphen) \w{1,30}){0,4} at \w{1,30}"
         r"(?: dot \w{1,20}){1,4}\b",
         re.I, _fixed("email", "an e-mail address, as it is said")),
        (r"(?:https?://|(?<![\w.])www\.)[^\s<>\"')\]]{2,200}",
         re.I, _fixed("url", "a web address")),
        (r"(?<![\w@.-])[\w-]{1,63}(?:\.[\w-]{1,63}){0,3}\.(?:com|org|net|uk|ie|info|io)\b"
         r"(?:/[^\s<>\"')\]]{0,200})?",
         re.I, _fixed("url", "a web address")),
        (r"(?<![\w@.])@\w[\w.]{0,28}\w", 0, _fixed("handle", "a user name")),
        (r"(?<![\w@./-])[^\W_]{1,30}(?:_[^\W_]{1,30}){1,6}_?(?![\w@])",
         0, _fixed("handle", "written like a user name")),
        (r"(?<![\w@./-])[^\W\d_]{4,20}\d{2,6}(?!\w)", 0, _handle),
        (r"\b(?:insta(?:gram)?|snap(?:chat)?|tiktok|discord|twitter|xbox|user ?name|gamertag)"
         r"(?: name| account| handle| tag)?(?:['’]s| is| was)(?: called)? (?P<it>\w[\w.]{2,28})",
         re.I, _user_name),
        (rf"(?<![\w+])(?:\+44{_GAP}?(?:\(0\))?|0044|\(?0)"
         r"(?:[ \t\u00a0().-]{0,2}\d){9,10}(?!\d)",
         0, _fixed("phone", "a telephone number")),
        (r"(?<![\w+])\+\d(?:[ ().-]{0,2}\d){7,13}(?!\d)",
         0, _fixed("phone", "a telephone number with the code of a country")),
        (rf"\b{_DIGIT}(?:[ ,-]{{1,2}}{_DIGIT}){{5,20}}\b", re.I, _spoken_number),
        (r"(?<![\d-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\d-])", 0, _nhs),
        (r"\b[a-z]{2} ?\d\d ?\d\d ?\d\d ?[a-d]\b",
         re.I, _fixed("number", "has the form of a National Insurance number")),
        (r"(?<![\w.,:/£$€+-])\d(?:[ -]?\d){5,18}(?![\w:/]|[.,]\d)", 0, _number),
        (r"\b[A-Z]{1,4}[-/ ]?\d{5,13}[A-Z]?\b", 0, _fixed("number", "letters and a long number")),
        (r"\b([A-Z]{1,2})\d[A-Z\d]?[ \u00a0]{0,2}\d[ABD-HJLNP-UW-Z]{2}\b", re.I, _postcode),
        (r"\b([A-Z]{2})\d{1,2}\b(?! ?\d)", 0, _district),
        (rf"\b{_THE}{_DAY}{_GAPS}(?:day{_GAPS})?(?:of{_GAPS})?{_MONTH}"
         rf"(?:[.,]?{_GAPS}(?:in{_GAP})?{_YEAR})?",
         re.I, _date),
        (rf"\b{_MONTH}\.?{_GAPS}{_THE}{_DAY}(?:,?{_GAPS}{_YEAR})?", re.I, _date),
        (rf"\b{_THE}(?:\d{{1,2}}(?:st|nd|rd|th)|{_ORDINAL}) of the (?:{_DAY})(?:,? {_YEAR})?",
         re.I, _fixed("date", "a day and a month, as they are said")),
        (r"(?<![\d/.-])(?P<first>\d{1,2})([/.-])(?P<second>\d{1,2})\2(?:\d{4}|\d\d)(?![\d/-])",
         0, _figures),
        (r"(?<![\d/-])(?:19|20)\d\d-(?P<first>\d\d)-(?P<second>\d\d)(?!\d)", 0, _figures),
        (rf"\bbirthday(?:['’]s| is| was)?,?{_GAPS}(?:on{_GAPS})?{_THE}{_DAY}\b", re.I,
         _fixed("date", "the day of a birth")),
        (rf"(?<=\bborn in ){_MONTH}(?:,?{_GAPS}{_YEAR})?", re.I,
         _fixed("date", "the month of a birth")),
    )
)  # fmt: skip


def hits(text: str) -> Iterator[Hit]:
    """Every stretch that has the form of an identifier; they may overlap.

    >>> [(hit.kind, "S66 2BT, 07700 900123"[hit.start : hit.end])
    ...  for hit in hits("S66 2BT, 07700 900123")]
    [('phone', '07700 900123'), ('number', '07700 900123'), ('postcode', 'S66 2BT')]
    """
    for pattern, judge in _PATTERNS:
        for match in pattern.finditer(text):
            found = judge(match)
            if found is not None:
                start, end = match.span("it" if "it" in pattern.groupindex else 0)
                yield Hit(start, end, *found)
