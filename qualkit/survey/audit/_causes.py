"""How a right figure most likely became the printed one.

Slips of print are few: a point moved, a sign lost, two digits exchanged, one digit wrong, two
cells exchanged. Each is tried on the printed figure; those that make it possible are named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal, InvalidOperation

from qualkit.survey.audit._view import Figure
from qualkit.survey.printed import half_unit

_SLACK = 1e-12
Fits = Callable[[Decimal, Decimal], bool]  # the ends of a figure that was printed instead


def overlapping(low: Decimal | float, high: Decimal | float) -> Fits:
    """Whether a figure can lie between these ends."""
    first, last = float(low) - _SLACK, float(high) + _SLACK
    return lambda least, most: float(least) <= last and first <= float(most)


def likeliest(
    figure: Figure, fits: Fits, *, others: Iterable[tuple[str, Figure]] = (), digits: bool = True
) -> str:
    """The likeliest cause in words, with a blank before; empty where no single slip fits.

    Parameters
    ----------
    figure : Figure
        As printed.
    fits : callable
        Whether a figure between two ends would be possible.
    others : iterable of (str, Figure)
        Figures that it may have been exchanged with, by name.
    digits : bool
        Whether one wrong digit is a cause worth naming; not where it would fit anything.
    """
    for cause, text in _slips(figure.text):
        if _possible(text, figure, fits):
            return f" Likeliest cause: {cause} ({text} would fit)."
    for name, other in others:
        if other.value != figure.value and fits(other.low, other.high):
            return f" Likeliest cause: exchanged with {name} ({other.text} would fit)."
    if digits and (one := _one_digit(figure, fits)):
        return f" Likeliest cause: one wrong digit ({one} would fit)."
    return ""


def _possible(text: str, figure: Figure, fits: Fits) -> bool:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return False
    exponent = value.as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    half = Decimal(0) if figure.exact else half_unit(decimals)
    return fits(value - half, value + half)


def _number(text: str) -> str:
    kept = "".join(
        sign for sign in text.split("(", maxsplit=1)[0] if sign.isdigit() or sign in ".-−–"
    )
    return kept.replace("−", "-").replace("–", "-").strip()


def _slips(text: str) -> Iterator[tuple[str, str]]:
    number = _number(text)
    sign, bare = ("-", number[1:]) if number.startswith("-") else ("", number)
    if not bare.strip("."):
        return
    yield ("a minus sign too many" if sign else "a lost minus sign"), bare if sign else f"-{bare}"
    if "." in bare:
        yield "a slipped decimal point", sign + _shifted(bare, 1)
        yield "a slipped decimal point", sign + _shifted(bare, -1)
    else:
        yield "a lost decimal point", f"{sign}{bare[:-1]}.{bare[-1]}" if len(bare) > 1 else ""
        yield "a lost digit", f"{sign}{bare}0"
    for at in range(len(bare) - 1):
        first, second = bare[at], bare[at + 1]
        if first != second and first.isdigit() and second.isdigit():
            yield "two digits exchanged", f"{sign}{bare[:at]}{second}{first}{bare[at + 2 :]}"
    if "." in bare and bare.index(".") > 0:
        at = bare.index(".")
        crossed = bare[: at - 1] + bare[at + 1 : at + 2] + "." + bare[at - 1] + bare[at + 2 :]
        if crossed != bare:
            yield "two digits exchanged", sign + crossed


def _shifted(bare: str, places: int) -> str:
    """The number with its point moved, every digit kept."""
    whole, _, part = bare.partition(".")
    if places > 0:
        return f"{(whole + part[:1]).lstrip('0') or '0'}.{part[1:]}".rstrip(".")
    return f"{whole[:-1] or '0'}.{whole[-1:]}{part}"


def _near(digit: str) -> list[str]:
    """The other digits, the nearest first."""
    return sorted(set("0123456789") - {digit}, key=lambda one: (abs(int(one) - int(digit)), one))


def _one_digit(figure: Figure, fits: Fits) -> str:
    number = _number(figure.text)
    for at in reversed(range(len(number))):
        if not number[at].isdigit():
            continue
        for digit in _near(number[at]):
            text = number[:at] + digit + number[at + 1 :]
            if _possible(text, figure, fits):
                return text
    return ""
