"""Small pure parts that every slice of both rooms uses. Imports nothing of ours and no Django."""
