"""`python -m metercalc`: the command by another way."""

from __future__ import annotations

import sys

from metercalc import main

sys.exit(main())
