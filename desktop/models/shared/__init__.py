"""The ledger that a PostgreSQL server keeps for many desks: each module asks one kind of question."""
