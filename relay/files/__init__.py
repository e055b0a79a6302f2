"""Files of conversions to the API: `relay send`."""
