"""One box over systems, rows, evidence, findings and people, within what the person may see."""
