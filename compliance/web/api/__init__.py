"""What every endpoint of the API shares: who asks, how refusals are told, paging, ETags and idempotency keys."""
