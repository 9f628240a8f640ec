"""Tokens: how a script acts for a member, or for a service of its own, within scopes and until a day."""
