"""The first hour: what to press, and what it shows, ticked off by what is really there."""
