"""What the program needs of the machine: private files, shipped files, logs, memory."""
