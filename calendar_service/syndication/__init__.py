"""Events in the formats of news readers, spreadsheets and search engines."""
