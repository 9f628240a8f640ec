"""Laws and frameworks by name and version: the ones that ship, and the organisation's own."""
