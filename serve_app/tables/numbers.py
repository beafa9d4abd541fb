"""Numbers as charts and tables print them: "$1,200.5", "12%", "1.5M", "-3", "(3.2)", "1 200", "3,5", "10^3"."""

import math
import re
import unicodedata

from serve_app.domain import Number

LONGEST = 64
"""Characters. No printed number is longer, so a longer text is not looked at."""

_CURRENCY = r"$¢£¤¥฿\u20a0-\u20c0"
_MAGNITUDE = r"k|m|b|t|mn|bn|tn|thousand|thsd|tsd|mio|mln|mrd|lakh|crore|(?:m|b|tr)illions?"
MAGNITUDES = {
    **dict.fromkeys(("k", "K", "thousand", "tsd", "thsd"), 1e3),
    **dict.fromkeys(("M", "mn", "mio", "mln", "million", "millions"), 1e6),
    **dict.fromkeys(("B", "bn", "mrd", "billion", "billions"), 1e9),
    **dict.fromkeys(("tn", "trillion", "trillions"), 1e12),
}
"""Units that are nothing but a power of ten. "m" and "t" are left out: they may be metres and tonnes."""

_DIGITS = r"\d(?:[\d.,' ]*\d)?|[.,]\d+"
_FORM = re.compile(
    rf"""
    (?P<open>\()? \s* [~≈]? \s* (?P<sign>[+-])? \s*
    (?P<prefix>% | [A-Z]{{0,3}}[{_CURRENCY}] | (?:USD|EUR|GBP|JPY|CNY|RMB|CHF|INR|AUD|CAD|Rs\.?)(?=[\d\s]))? \s*
    (?P<inner_sign>[+-])?
    (?:
        (?:(?P<mantissa>{_DIGITS}) \s* [x\u00d7\u00b7\u22c5*] \s*)?  # 2 x 10^3, with a cross or a dot
        10 (?:\^ \{{? (?P<caret>[+-]?\d{{1,3}}) \}}? | (?P<superscript>[⁺⁻]?[⁰¹²³⁴-⁹]{{1,3}}))
      | (?P<digits>{_DIGITS}) (?:[eE](?P<exponent>[+-]?\d{{1,3}}))?
    )
    \s* (?P<suffix>% | per\ ?cent | pct\.? | (?:(?i:{_MAGNITUDE})\.?\s+)? (?:[^\W\d_]|[°‰/{_CURRENCY}]){{1,12}}\.?)?
    \s* (?P<close>\))? \s* (?P<late_percent>%)? [*†‡]*
    """,
    re.VERBOSE,
)
_GROUPED = (  # (form, decimal mark). A leading zero never starts a group: "0,500" is a half.
    (re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?"), "."),  # 1,200.5
    (re.compile(r"[1-9]\d?(?:,\d{2})+,\d{3}(?:\.\d+)?"), "."),  # 12,34,567 (India)
    (re.compile(r"[1-9]\d{0,2}(?:[' ]\d{3})+(?:\.\d+)?"), "."),  # 1 200.5, 1'200.5
    (re.compile(r"[1-9]\d{0,2}(?:[. ]\d{3})+,\d+"), ","),  # 1.200,5 and 1 200,5
    (re.compile(r"[1-9]\d{0,2}(?:\.\d{3}){2,}"), ","),  # 1.200.000
    (re.compile(r"\d*\.?\d+"), "."),  # 3.500 is three and a half: English is the commoner
    (re.compile(r"\d*,\d+"), ","),  # 3,5
)
_SUPERSCRIPTS = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")
_MINUS_SIGNS = "\N{MINUS SIGN}\N{FIGURE DASH}\N{EN DASH}\N{FULLWIDTH HYPHEN-MINUS}\N{SMALL HYPHEN-MINUS}"
_ASCII = str.maketrans(
    {
        **dict.fromkeys(_MINUS_SIGNS, "-"),
        "\N{FULLWIDTH PERCENT SIGN}": "%",
        "\N{FULLWIDTH DOLLAR SIGN}": "$",
        "\N{FULLWIDTH YEN SIGN}": "¥",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    }
)
_PERCENT = {"%", "percent", "per cent", "pct"}
_DATE_UNITS = re.compile(  # "1st", "5 May", "10am", "12月", and the "2024E", "2024F" of a forecast are labels
    r"st|nd|rd|th|am|pm|jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?"
    r"|nov(ember)?|dec(ember)?|[年月日号時时点]",
    re.IGNORECASE,
)
_FORECAST = re.compile(r"(?:19|20)\d\d[AEFP]e?")
_CURRENCY_UNIT = re.compile(rf"(?P<prefix>[A-Z]{{0,3}}[{_CURRENCY}])\s?(?P<suffix>.*)")


def parse_number(text: str) -> Number | None:
    """Read a text that is one number, with an optional currency, magnitude or unit; None for any other text.

    `value` is as printed: 12 for "12%" and 1.5 for "1.5M". A comma before exactly three digits separates thousands
    ("3,500"), any other single comma or dot is the decimal mark ("3,5", "3.500"). Parentheses are the accountant's
    minus. Years are numbers; ranges, dates, times, ordinals and bounds ("<5", "65+") are not. Never raises.
    """
    if len(text) > LONGEST:
        return None
    text = _normalise(text)
    form = _FORM.fullmatch(text)
    if form is None or (form["open"] is None) != (form["close"] is None) or _FORECAST.fullmatch(text):
        return None
    value = _value(form)
    if value is None or (form["sign"] and form["inner_sign"]):
        return None
    prefix, suffix = (form["prefix"] or "").rstrip("."), (form["suffix"] or "").rstrip(".")
    if _DATE_UNITS.fullmatch(suffix) or not all(c.isalpha() or c in "²³" for c in suffix if c.isalnum()):
        return None
    percent = "%" in (prefix, form["late_percent"]) or suffix in _PERCENT
    negative = value > 0 and (form["open"] or "-" in (form["sign"], form["inner_sign"]))
    return Number(-value if negative else value, None if percent else _join(prefix, suffix) or None, percent)


def expand(number: Number) -> Number:
    """The number that a magnitude stands for: 1,500,000 without a unit for "1.5M"; others stay as they are."""
    power = MAGNITUDES.get(number.unit or "")
    return number if power is None else Number(number.value * power, None, number.percent)


def format_number(number: Number) -> str:
    """Write a number so that `parse_number` reads the same back: no thousands separators, a dot for decimals."""
    sign, value = "-" if number.value < 0 else "", repr(abs(number.value)).removesuffix(".0")
    if number.percent:
        return f"{sign}{value}%"
    currency = _CURRENCY_UNIT.fullmatch(number.unit or "")
    prefix, suffix = (currency["prefix"], currency["suffix"]) if currency else ("", number.unit or "")
    attached = len(suffix) <= 2 and (not suffix or re.fullmatch(_MAGNITUDE, suffix, re.IGNORECASE))
    return f"{sign}{prefix}{value}{'' if attached else ' '}{suffix}"


def _normalise(text: str) -> str:
    """Bring digits of any script, minus signs and spaces to their ASCII forms; superscripts stay."""
    digits = "".join(str(unicodedata.decimal(c)) if not c.isascii() and c.isdecimal() else c for c in text)
    return " ".join(digits.translate(_ASCII).split())


def _value(form: re.Match[str]) -> float | None:
    if form["digits"] is not None:
        mantissa, exponent = _mantissa(form["digits"]), form["exponent"] or "0"
    else:
        mantissa = _mantissa(form["mantissa"]) if form["mantissa"] else "1"
        exponent = (form["caret"] or form["superscript"]).translate(_SUPERSCRIPTS)
    if mantissa is None:
        return None
    value = float(f"{mantissa}e{exponent}")
    return value if math.isfinite(value) else None


def _mantissa(digits: str) -> str | None:
    """Digits with separators -> digits that `float` reads; None where the groups fit no convention."""
    for form, decimal in _GROUPED:
        if form.fullmatch(digits):
            return "".join("." if c == decimal else c for c in digits if c.isdigit() or c == decimal)
    return None


def _join(prefix: str, suffix: str) -> str:
    """One unit of what stands before and behind the number: "$" and "M" -> "$M", "$" and "million" -> "$ million"."""
    return f"{prefix} {suffix}" if prefix and len(suffix) > 2 else prefix + suffix
