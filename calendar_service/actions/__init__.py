"""One verb a function: the only way to change anything. Each owns its transaction."""
