"""Runs the command line: `python -m calendar_service`."""

from calendar_service.cli import main

main()
