"""How the work stands, in counts and never as one percentage, and how that went from day to day."""
