"""APScheduler as a ticker: it wakes the delivery loop and keeps nothing itself."""
