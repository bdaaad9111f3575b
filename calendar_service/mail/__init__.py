"""Mails: to whom, what they say, how they are written (RFC 5322) and how they leave (RFC 5321)."""
