"""Words: the interface's texts, and dates, zones and lists as each language writes them."""
