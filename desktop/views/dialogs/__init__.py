"""Dialogs: signing in, password, export, statement, verification, details."""
