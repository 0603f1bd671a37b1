"""The configuration: its sections, where values come from, what each accepts."""
