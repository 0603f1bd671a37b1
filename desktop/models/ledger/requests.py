"""Requests: what names one, so that it is carried out once however often it is sent."""

from __future__ import annotations

import uuid

from desktop.terms.errors import BadInput


def normal_request_id(text: str) -> str:
    """A request id as it is kept: a UUID in its usual form. Raises `BadInput`."""
    try:
        return str(uuid.UUID(text))
    except ValueError as error:
        raise BadInput("A request id must be a UUID, like 01234567-89ab-cdef-0123-456789abcdef.") from error
