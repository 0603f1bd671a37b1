"""The demo: a store that is thrown away, what stands in it, and pictures of every screen."""
