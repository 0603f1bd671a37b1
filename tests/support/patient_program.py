"""The program, patient with the window that has its store: `python -m tests.support.patient_program …`."""

from __future__ import annotations

import sys

from desktop.__main__ import main
from desktop.window import single_instance
from tests.support.waiting import PATIENCE_MS

if __name__ == "__main__":
    single_instance.CONNECT_MS = single_instance.ANSWER_MS = PATIENCE_MS
    sys.exit(main())
