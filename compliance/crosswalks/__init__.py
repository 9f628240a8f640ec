"""Rows of other checklists that are about the same thing, as proposals that a person decides on."""
