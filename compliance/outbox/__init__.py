"""Mails that an act causes: kept in its transaction, and sent by a worker once it is."""
