"""The reminder machine: fan out what is due, claim it, check it, send it, settle it."""
