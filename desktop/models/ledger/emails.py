"""How an e-mail is kept, compared and looked at. It asks nobody whether there is an account.

An e-mail is kept composed (NFC) and in lower case: what differs only in that is one and the same. Letters that are
not the same stay apart, also where folding case would join them (ß and ss). Up to version 1.0 it did: such an account
is still found by what its owner typed then.
"""

from __future__ import annotations

import re
from unicodedata import name, normalize

from desktop.language.sentences import say
from desktop.terms.errors import BadInput

_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\".]+(\.[^@\s,;<>\".]+)+")
MAX_EMAIL = 254  # RFC 5321's path, less its brackets
# Letters that most fonts draw as the Latin ones below them (Unicode Technical Standard 39, confusables, lower case).
_DRAWN_ALIKE = str.maketrans(
    "аеорсухіјѕһԁԛԝӏѵ" + "ονρικαυγτ" + "օոսհցզ",
    "aeopcyxijshdqwlv" + "ovpikauyt" + "onuhgq",
)


def normal(email: str) -> str:
    """An e-mail as it is kept. Raises `BadInput` when it is not one."""
    kept = kept_form(email)
    if len(kept) > MAX_EMAIL or not email.strip().isprintable() or not _EMAIL.fullmatch(kept):
        raise BadInput(say("This is not an e-mail address. Write it like name@example.org."))
    return kept


def kept_form(email: str) -> str:
    """The form in which an e-mail is kept, whether it is one or not."""
    return normalize("NFC", _text(email)).lower()


def spellings(email: str) -> tuple[str, ...]:
    """The names under which the account of an e-mail may stand, the likeliest first: other forms of the same letters.

    As it was typed comes first: version 1.0 may have made two accounts of one e-mail.
    """
    typed = _text(email)
    return tuple(dict.fromkeys((typed.lower(), kept_form(email), normalize("NFD", typed).lower())))


def old_spellings(email: str) -> tuple[str, ...]:
    """The same, and behind them those with other letters that version 1.0 kept for an e-mail typed so."""
    folded = (form.casefold() for form in spellings(email))
    return tuple(dict.fromkeys((*spellings(email), *folded)))


def looks_like(username: str) -> str:
    """The Latin letters that an e-mail in other ones can be taken for; "" where it cannot."""
    seen = normalize("NFKC", username).translate(_DRAWN_ALIKE)
    is_latin = all(letter.isascii() or name(letter, "").startswith("LATIN ") for letter in seen)
    return seen if is_latin and seen != username else ""


def _text(email: str) -> str:
    """Half a surrogate pair, which no database takes, becomes a question mark."""
    return email.strip().encode(errors="replace").decode()
