"""What every implementation of `models.ledger.protocol` must do, asked through that protocol alone."""
