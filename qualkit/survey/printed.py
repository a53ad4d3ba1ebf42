"""A printed cell as a number, with what its print tells: decimals, stars, brackets, bounds.

Rounding tests need the decimals, so that a number is read from text and kept as a `Decimal`:
``"3.20"`` is a value between 3.195 and 3.205, ``"3.2"`` one between 3.15 and 3.25. Both ends
belong to it, since some round halves up and some to even.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal

Kind = Literal["number", "blank", "dash", "not-applicable", "suppressed", "text"]

_LOOK_ALIKE: Final = dict(zip(
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοАВЕКМНОРСТУХаеорсухіІјЈѕЅ",
    "ABEZHIKMNOPTYXoABEKMHOPCTYXaeopcyxiIjJsS", strict=True,
))  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
_SIGNS: Final = {
    **dict.fromkeys(map(ord, "−–—‒‐‑﹣－"), "-"),
    **dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f\u2002\u2003\u200a\t"), " "),
    **dict.fromkeys(map(ord, "∗＊⁎"), "*"),
    **{ord("０") + n: str(n) for n in range(10)},
    ord("＋"): "+", ord("％"): "%", ord("≤"): "<=", ord("≥"): ">=", ord("＜"): "<", ord("＞"): ">",
    ord("·"): ".", ord("．"): ".", **dict.fromkeys(map(ord, "\u200b\u200c\u200d\ufeff\u00ad")),
}  # fmt: skip
_DIGIT_ALIKE: Final = str.maketrans("OoОоΟοlIІ|", "0000001111")
_STARS = "*†‡§¶#"
_NUMBER = r"(?:\d{1,3}(?:[ ,]\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+"
_CELL = re.compile(
    rf"(?:[pnNt]\s*(?==|<|>))?\s*(?P<bound><=|>=|<|>|=)?\s*(?P<before>[{_STARS}]*)\s*"
    rf"(?P<sign>[+-]?)\s*[£$€]?\s*(?P<number>{_NUMBER})(?P<power>[eE][+-]?\d{{1,2}})?\s*"
    rf"(?P<percent>%|pp\b|ppts?\b|points?\b|=|(?:st|nd|rd|th)\b)?\s*(?P<stars>[{_STARS}]*)"
    rf"\s*(?P<rest>.*)"
)
_SPREAD = re.compile(
    rf"(?:[(\[]\s*(?:(?:se|sd|s\.e\.|s\.d\.)\s*=?\s*)?(?P<sign>[+-]?)\s*(?P<number>{_NUMBER})"
    rf"\s*%?\s*[)\]]|(?:\+/-|±)\s*(?P<other>{_NUMBER}))\s*(?P<stars>[{_STARS}]*)",
    re.IGNORECASE,
)
_NOTE = re.compile(rf"[(\[](?P<note>[^()\[\]]{{1,80}})[)\]]\s*(?P<stars>[{_STARS}]*)")
_BRACKETED = re.compile(rf"[(\[]\s*(?P<number>[+-]?\s*(?:{_NUMBER}))\s*%?\s*[)\]]")
_COMMA = re.compile(r"[+-]?\d+,(?:\d{1,2}|\d{4,})(?!\d)")
_FOOTNOTE = re.compile(r"(?<=\S)[⁰¹²³⁴⁵⁶⁷⁸⁹]+$")
_NOT_APPLICABLE: Final = frozenset({"n/a", "na", "n.a.", "n.a", "not applicable"})
_SUPPRESSED: Final = frozenset({
    "c", "[c]", "x", "[x]", "..", "...", "…", ":", "~", "s", "u", "[low]", "[z]", "z",
    "suppressed", "withheld", "*", "**", "#", "n<10", "n<5",
})  # fmt: skip
_WORDED: Final = {"nil": "0", "none": "0", "zero": "0"}
_LONGEST = 200
_LARGEST = 10**12  # what is larger, or finer than this many decimals, is no figure of a survey
_FINEST = 12


@dataclass(frozen=True, slots=True)
class Printed:
    """What one cell prints.

    Attributes
    ----------
    text : str
        The cell as it is printed.
    kind : str
        ``number``, ``blank``, ``dash`` ("-", no change), ``not-applicable``, ``suppressed`` or
        ``text``, which is not a number.
    value : Decimal or None
        The number, with its printed decimals.
    decimals : int
        Digits printed after the point.
    stars : str
        The marks of significance, as printed.
    spread : Decimal or None
        A number in brackets or after a plus-minus sign behind the value.
    spread_decimals : int
    bound : str
        ``<``, ``<=``, ``>`` or ``>=`` before the value.
    signed : bool
        A plus or minus sign is printed.
    note : str
        Words in brackets behind the value.
    warnings : tuple of str
        What was read otherwise than it is written.
    """

    text: str
    kind: Kind
    value: Decimal | None = None
    decimals: int = 0
    stars: str = ""
    spread: Decimal | None = None
    spread_decimals: int = 0
    bound: str = ""
    signed: bool = False
    note: str = ""
    warnings: tuple[str, ...] = ()


def half_unit(decimals: int) -> Decimal:
    """Half of the last printed digit: the most that rounding takes or adds."""
    return Decimal(5).scaleb(-decimals - 1)


def fold_letters(text: str) -> str:
    """A text with Greek and Cyrillic letters made Latin where a whole word looks Latin.

    Examples
    --------
    >>> fold_letters("Statement Α, В and С"), fold_letters("Опрос")
    ('Statement A, B and C', 'Опрос')
    """
    if text.isascii():
        return text
    return _WORD.sub(_folded_word, text)


def _folded_word(match: re.Match[str]) -> str:
    word = match.group()
    if all(letter in _LOOK_ALIKE or letter.isascii() for letter in word):
        return "".join(_LOOK_ALIKE.get(letter, letter) for letter in word)
    return word


@lru_cache(maxsize=65_536)
def read_printed(text: str) -> Printed:
    """A printed cell, read.

    Examples
    --------
    >>> cell = read_printed("2.98 (0.09)")
    >>> str(cell.value), cell.decimals, str(cell.spread)
    ('2.98', 2, '0.09')
    >>> read_printed("-3.02***").stars, read_printed("1,204").value, read_printed("-").kind
    ('***', Decimal('1204'), 'dash')
    >>> read_printed("<0.01").bound
    '<'
    """
    plain = " ".join(text.translate(_SIGNS).split())
    quick = _worded(text, plain)
    if quick is not None:
        return quick
    found = _number(text, plain)
    if found is not None:
        return found
    return _mended(text, plain) or Printed(text, "text")


def _worded(text: str, plain: str) -> Printed | None:
    low = plain.casefold()
    if not low:
        return Printed(text, "blank")
    if low in {"-", "--", "no change", "+/-"}:
        return Printed(text, "dash")
    if low in _NOT_APPLICABLE:
        return Printed(text, "not-applicable")
    if low in _SUPPRESSED:
        return Printed(text, "suppressed")
    if low in _WORDED:
        return Printed(text, "number", Decimal(_WORDED[low]))
    return Printed(text, "text") if len(plain) > _LONGEST else None


def _number(text: str, plain: str) -> Printed | None:
    plain = _FOOTNOTE.sub("", plain)
    if inside := _BRACKETED.fullmatch(plain):
        return _number(text, inside["number"].replace(" ", ""))
    if _COMMA.match(plain):
        read = _number(text, plain.replace(",", "."))
        told = (f"the comma in {text!r} was read as a decimal point",)
        return replace(read, warnings=read.warnings + told) if read else None
    match = _CELL.fullmatch(plain)
    if match is None:
        return None
    return _with_rest(text, match)


def _with_rest(text: str, match: re.Match[str]) -> Printed | None:
    value = _decimal(match["sign"], match["number"], match["power"] or "")
    if abs(value) >= _LARGEST or _decimals(value) > _FINEST:
        return None
    made = Printed(
        text, "number", value, _decimals(value), match["before"] + match["stars"],
        bound=(match["bound"] or "").strip("=") and match["bound"], signed=bool(match["sign"]),
    )  # fmt: skip
    rest = match["rest"]
    if not rest:
        return made
    if spread := _SPREAD.fullmatch(rest):
        number = _decimal(spread["sign"] or "", spread["number"] or spread["other"], "")
        if abs(number) >= _LARGEST or _decimals(number) > _FINEST:
            return None
        return replace(made, spread=number, spread_decimals=_decimals(number),
                       stars=made.stars + spread["stars"])  # fmt: skip
    if note := _NOTE.fullmatch(rest):
        return replace(made, note=note["note"].strip(), stars=made.stars + note["stars"])
    return None


def _decimal(sign: str, number: str, power: str) -> Decimal:
    return Decimal(sign + number.replace(",", "").replace(" ", "") + power)


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _mended(text: str, plain: str) -> Printed | None:
    """A number in which a letter stands for a digit that it looks like."""
    changed = plain.translate(_DIGIT_ALIKE)
    if changed == plain or not any(sign.isdigit() for sign in plain):
        return None
    read = _number(text, changed)
    if read is None:
        return None
    told = f"{text!r} was read as {changed!r}: letters that look like digits"
    return replace(read, warnings=(*read.warnings, told))
