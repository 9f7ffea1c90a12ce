"""Numerals: the value of numbers in Chinese characters, and of the scales 万 and 亿."""

from decimal import Decimal

_DIGITS = dict(zip("零〇一壹二两贰三叁四肆五伍六陆七柒八捌九玖", "001122233445566778899", strict=True))
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_SCALES = {"": 1, "万": 10**4, "亿": 10**8, "万亿": 10**12}
DIGIT = "".join(_DIGITS)
"""The characters of digits."""
NUMERAL = DIGIT + "".join(_TENS) + "万亿"
"""The characters of numbers."""


def value_of(numerals: str) -> Decimal:
    """Return the value of Chinese numerals: 二〇二四, 一百二十三万, 三点五; that of 百, 万 and 亿 alone is one of them."""
    whole, _, tail = numerals.partition("点")
    value = Decimal(_counted(whole) if has_tens(whole) else _spelled(whole))
    return value + Decimal(f"0.{_spelled(tail)}") if tail else value


def has_tens(numerals: str) -> bool:
    """Whether numerals name tens, hundreds or more, and not digits only."""
    return any(one in _TENS or one in _SCALES for one in numerals)


def scale_of(form: str) -> int:
    """Return what 万, 亿, 千万 or 万亿 stands for; 1 for nothing."""
    head = form[:1] if form[:1] in _TENS else ""
    return _TENS.get(head, 1) * _SCALES[form.removeprefix(head)]


def _spelled(digits: str) -> str:
    return "".join(_DIGITS[one] for one in digits)


def _counted(numerals: str) -> int:
    total = section = digit = 0
    for one in numerals:
        if one in _DIGITS:
            digit = int(_DIGITS[one])
        elif one in _TENS:
            section, digit = section + (digit or 1) * _TENS[one], 0
        else:
            scale, digit = _SCALES[one], digit if total or section else digit or 1
            total = (total + section + digit) * scale if total < scale else total + (section + digit) * scale
            section = digit = 0
    return total + section + digit
