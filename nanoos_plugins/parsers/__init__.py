"""Parsers of the CalcJobs in `calculations`, under the same file names."""
