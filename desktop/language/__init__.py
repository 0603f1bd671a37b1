"""The language a person is spoken to in: sentences by catalogue, and what keeps numbers straight in any direction."""
