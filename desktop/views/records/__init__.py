"""The records browser: table, pages, order, columns, Trash."""
