"""Roku's alone: its event, its request, its answer, its client."""
