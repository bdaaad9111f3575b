"""What is kept: rows, sessions, queries and migrations, on SQLite or PostgreSQL."""
