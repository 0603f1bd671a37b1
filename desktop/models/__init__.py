"""The ledger, Qt-free: its rules, and the SQLite file that keeps it."""
