"""The SQLite file itself: how it is opened, laid out, chained, upgraded and copied."""
