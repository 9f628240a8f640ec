"""One law asked of one AI system, row by row: answers, evidence, review."""
