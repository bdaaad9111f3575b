"""Reads the feeds and seeds that come as TOML files; names every mistake with file and key."""
