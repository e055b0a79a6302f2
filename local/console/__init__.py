"""The local console: a page that shows the running stack and works its switches; it exists in the local stack alone."""
