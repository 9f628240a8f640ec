"""Every law and framework to browse: search, one row with all that is known of it, and what differs between texts."""
