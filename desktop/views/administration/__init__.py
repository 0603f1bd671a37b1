"""The administrators' window: people, credits, prices, and what was done."""
