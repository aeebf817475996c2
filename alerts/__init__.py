"""Floor 2: from a fault to a ticket and a letter."""
