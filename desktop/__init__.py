"""Metercalc: a pay-per-use calculator for the desktop."""

__version__ = "1.0.0"
