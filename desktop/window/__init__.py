"""The window's composition root: it builds the program's long-lived objects and wires them. No rules here."""
