"""What is asked of the tables: functions that are given a session and answer with values."""
