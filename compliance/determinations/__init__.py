"""What is known of an AI system, and the determination which rows of a law bind it."""
