"""Work that a worker does in the background, so that a killed worker loses nothing."""
