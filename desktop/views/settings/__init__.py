"""The settings: what may be changed of the configuration, page by page."""
