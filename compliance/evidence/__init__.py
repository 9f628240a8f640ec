"""What proves an answer: immutable bytes under their SHA-256, with who added them, from where, valid until when."""
