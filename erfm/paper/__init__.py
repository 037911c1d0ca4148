"""The paper: every number that it prints, and what can be proved about it."""
