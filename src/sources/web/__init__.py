"""Shops, tag managers and analytics."""
