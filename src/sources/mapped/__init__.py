"""Posts of any form, read by a mapping that is data."""
