"""What the law asks, and where each AI system stands."""
