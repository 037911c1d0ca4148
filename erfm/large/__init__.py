"""Studies larger than memory: the five steps on all customers, who stay in an engine."""
