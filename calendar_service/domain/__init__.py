"""The calendar's own rules as pure values and functions: no clock, no store, no settings inside."""
