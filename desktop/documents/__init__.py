"""Records as others read them: CSV, JSON, Excel, statements on paper, text for the clipboard."""
