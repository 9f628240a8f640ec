"""What we measured, and what we hand over."""
