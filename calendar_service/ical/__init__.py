"""Events as iCalendar bytes (RFC 5545, RFC 7986) that every calendar app reads alike, and back."""
