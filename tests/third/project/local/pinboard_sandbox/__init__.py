"""A stand-in for the pinboard."""
