"""The calculator: entry, display, keypad with prices, tape."""
