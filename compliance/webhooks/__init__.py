"""Webhooks: a program elsewhere is told of what happens here, signed, again and again until it answers."""
