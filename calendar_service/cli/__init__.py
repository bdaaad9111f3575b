"""The command line, one file a group of commands."""

from calendar_service.cli.main import main

__all__ = ["main"]
