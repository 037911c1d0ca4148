"""Trust: how far the final model can be relied on, and what other models and customers say."""
