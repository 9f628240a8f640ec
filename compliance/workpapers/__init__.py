"""Workpapers of a row: what was tested, on which sample, how, and what came of it."""
