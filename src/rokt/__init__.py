"""Rokt's alone: the event, request and answer of either of its two APIs, and the client."""
