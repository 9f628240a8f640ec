"""What an audit found, what is done about it, and whether that helped."""
