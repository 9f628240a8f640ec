"""The law as data: dated, cited rows that a person can answer. Pure: no Django, no database, no clock."""
