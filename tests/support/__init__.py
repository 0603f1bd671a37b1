"""What several test files need to stand up: servers and the like. Holds no test."""
