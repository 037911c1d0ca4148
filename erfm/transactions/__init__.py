"""From transactions to customers: what is measured in a window, and who left after it."""
