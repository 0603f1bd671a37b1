"""The ledger kept in a file by SQLite: each module answers one kind of question."""
