"""What becomes of reminders when everything around them fails. `make test-faults` runs them."""
