"""The commands of the command line, one file for each group. They wire the core; they hold no rule of the ledger."""
