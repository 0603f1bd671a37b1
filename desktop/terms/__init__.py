"""The words of the trade, used by all: kinds, values, errors, days."""
