"""The bridge: Alertmanager's webhooks become tickets of the same ledger, with the same letters and desks."""
