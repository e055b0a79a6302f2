"""Files of many conversions."""
