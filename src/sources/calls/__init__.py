"""Call trackers."""
