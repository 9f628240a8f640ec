"""Who must decide before a row counts as accepted, and who decides while somebody is away."""
