"""Large files that come in piece by piece, so that a broken connection costs no more than one piece."""
