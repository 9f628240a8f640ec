"""What members say to one another about a row. Who is named is told by mail; nothing said here is evidence."""
