"""Inbound dialects: what platforms post of their own accord, read into conversions. One pure module each."""
