"""A room for a regulator: one dossier, behind a link and a code, for a time, without an account."""
