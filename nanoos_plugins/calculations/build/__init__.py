"""Builders of structures: one kind a file, with its parameters and its calcfunction."""
