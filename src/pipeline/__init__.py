"""The same for every destination, and knowing none of them."""
