"""What the ledger allows, whatever keeps it: rules without SQL."""
