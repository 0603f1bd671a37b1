"""How facts are told in words, for the window, the command line and the search alike."""
