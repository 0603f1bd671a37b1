"""Requests: what names one, so that it is carried out once however often it is sent."""

from __future__ import annotations

import re
import uuid

from desktop.language.sentences import say
from desktop.terms.errors import BadInput

is_usual = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").fullmatch  # no group to keep
"""Whether a request id is written as it is kept."""


def normal_request_id(text: str) -> str:
    """A request id as it is kept: a UUID in its usual form. Raises `BadInput`."""
    if is_usual(text):
        return text
    try:
        return str(uuid.UUID(text))
    except ValueError as error:
        raise BadInput(say("A request id must be a UUID, like 01234567-89ab-cdef-0123-456789abcdef.")) from error
