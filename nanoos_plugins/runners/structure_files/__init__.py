"""Readers of structure files: one format a file, all with errors that say what is wrong and where."""
