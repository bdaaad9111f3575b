"""Publish dated events; feeds and reminders follow each one wherever it moves."""

__version__ = "0.1.0"
