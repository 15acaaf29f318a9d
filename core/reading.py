"""Numbers, dates, phone numbers and e-mail addresses as people write them, in any script's digits: canonical text, or
None for what is none. Where a way of writing means two things, nothing is guessed."""

import re
import unicodedata
from datetime import date
from decimal import Decimal

import phonenumbers

# Languages that write 1,5 for one and a half (CLDR).
_COMMA = re.compile(
    r"(af|az|be|bg|bs|ca|cs|da|de|el|es|et|eu|fi|fr|gl|hr|hu|hy|id|is|it|ka|kk|ky|lt|lv|mk|mn|nb|nl|nn|no|pl|pt|ro|ru|sk"
    r"|sl|sq|sr|sv|tr|uk|uz|vi)(-.*)?"
)
_MONTH_FIRST = frozenset(("en-US", "en-PH", "es-US", "fil", "fil-PH"))
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(?:[.,][0-9]{3})+")
_NUMBER = re.compile(r"([-+]?)([0-9][0-9.,]*)")
_DATE = re.compile(r"([0-9]{1,4})\s*[-/.年년]\s*([0-9]{1,2})\s*[-/.月월]\s*([0-9]{1,4})\s*[日일.]?")
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@((?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,60}[^\W_])")
_SPACE = re.compile(r"[\s'’_]+")
MOST_DIGITS = 30


def _plain(text: str) -> str:
    """Without width, with every script's digits as 0 to 9."""
    folded = unicodedata.normalize("NFKC", text).strip()
    return "".join(str(unicodedata.decimal(char, char)) for char in folded).replace("٫", ".").replace("٬", ",")


def read_number(text: str, language: str) -> str | None:
    """1,234.5 and 1.234,5 are the same; of 1,234 alone the customer's language decides."""
    found = _NUMBER.fullmatch(_SPACE.sub("", _plain(text)).replace("−", "-"))
    if found is None or len(found[2]) > MOST_DIGITS:
        return None
    sign, digits = found[1].replace("+", ""), _with_point(found[2], language)
    if digits is None:
        return None
    value = f"{Decimal(sign + digits):f}"
    return value.rstrip("0").rstrip(".") if "." in value else value


def _with_point(written: str, language: str) -> str | None:
    last = max(written.rfind("."), written.rfind(","))
    if last < 0:
        return written
    mark = written[last]
    other = "," if mark == "." else "."
    if other in written:
        whole, fraction = written[:last], written[last + 1 :]
        if mark in whole or not _GROUPED.fullmatch(whole) or not fraction:
            return None
        return f"{whole.replace(other, '')}.{fraction}"
    decimal = "," if _COMMA.fullmatch(language) else "."
    if _GROUPED.fullmatch(written) and (written.count(mark) > 1 or mark != decimal):
        return written.replace(mark, "")
    whole, _, fraction = written.partition(mark)
    return f"{whole}.{fraction}" if fraction.isdigit() else None


def read_date(text: str, language: str) -> str | None:
    """As 2026-11-23. 3/4/2026 is read in English only where the language tells the country."""
    found = _DATE.fullmatch(_plain(text))
    if found is None:
        return None
    first, second, third = (int(part) for part in found.groups())
    if len(found[1]) == 4:
        return _date(first, second, third, language)
    if len(found[3]) != 4 or len(found[1]) > 2:
        return None
    if max(first, second) > 12 or first == second:
        day, month = (first, second) if first >= second else (second, first)
    elif language in _MONTH_FIRST:
        month, day = first, second
    elif language == "en":
        return None
    else:
        day, month = first, second
    return _date(third, month, day, language)


def _date(year: int, month: int, day: int, language: str) -> str | None:
    if language.partition("-")[0] == "th" and year > 2400:
        year -= 543  # the Buddhist era
    if not 1900 <= year <= 2100:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def read_phone(text: str, country: str | None) -> str | None:
    """In E.164 (+4930123456), if such a number can exist. Without a country it has to begin with + or 00."""
    plain = re.sub(r"^00", "+", _plain(text)[:60])
    try:
        number = phonenumbers.parse(plain, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def read_email(text: str) -> str | None:
    """The one address in a few words, its domain in lower case."""
    found = {
        match[0]
        for word in _plain(text)[:500].split()
        if (match := _EMAIL.fullmatch(word.lstrip("<(").rstrip(".,;:!?>)")))
    }
    if len(found) != 1:
        return None
    local, _, domain = found.pop().partition("@")
    if local.startswith(".") or local.endswith(".") or ".." in local or len(local) + len(domain) > 253:
        return None
    return f"{local}@{domain.lower()}"
