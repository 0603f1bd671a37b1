"""Widgets: they show and ask, and know nothing of the store."""
