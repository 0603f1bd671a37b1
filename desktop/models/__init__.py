"""The store and the ledger's rules: peewee over SQLite, Qt-free."""
