"""What a person looks for: the filters, each one object, and how a search is read."""
