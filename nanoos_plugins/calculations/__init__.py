"""Calcfunctions, and CalcJobs for our runners."""
