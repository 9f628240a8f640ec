"""Who did what, when: an append-only log for each organisation, chained by digests."""
