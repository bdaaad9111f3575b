"""Other people's calendar readers read the running site; `make test-clients` runs these."""
