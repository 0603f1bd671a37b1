"""A ledger that many desks share, on PostgreSQL. Nothing here imports psycopg before a server was asked for."""
