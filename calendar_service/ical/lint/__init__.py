"""A lint for anybody's calendar: what is wrong, which app suffers from it, and whose rule it is.

It shares no code with what writes our calendars and none with the icalendar library, so that it
finds their mistakes too.
"""
