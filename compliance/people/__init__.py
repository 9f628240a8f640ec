"""Who may do what: people, organisations, memberships and roles."""
