"""The filters above the records: search, period, operations, amounts, and sets saved by name."""
