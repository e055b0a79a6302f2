"""Whether a sender's conversions come as they usually do: its rhythm, learned from counts of hours, and what falls."""
