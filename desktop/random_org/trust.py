"""Owns the question which certificates prove a connection: the system's own, unless the environment names a file.

It imports ssl and truststore at its top (25 ms): import this module late, where the first request is made.
"""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import truststore

VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""As requests reads them: what the first one names is trusted, and nothing else."""


class TrustError(Exception):
    """The certificates that the environment names cannot be read; `file` is where they should be."""

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.file = file


def context() -> ssl.SSLContext:
    """What TLS is checked with. An office's own authority is known to its computers' systems, but to no list of ours.

    Raises `TrustError`.
    """
    named = next(filter(None, map(os.environ.get, VARIABLES)), None)
    if named is None:
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if Path(named).is_dir():
            return ssl.create_default_context(capath=named)
        return ssl.create_default_context(cafile=named)
    except OSError as error:  # ssl's own are among them
        raise TrustError(named) from error
