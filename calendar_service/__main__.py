"""`python -m calendar_service` is the same as `calendar-service`."""

from calendar_service.cli import main

main(prog_name="calendar-service")
