"""Statements over AiiDA's own tables."""
