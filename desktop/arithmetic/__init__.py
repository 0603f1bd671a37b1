"""Numbers, operations and expressions: pure functions, no Qt, no database, no I/O."""
