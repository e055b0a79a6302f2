"""What web pages load: the script, and how it is served. Pure."""
