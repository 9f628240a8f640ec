"""What both rooms use over HTTP."""
