"""The site and the feeds over HTTP. The only layer that knows HTTP."""
