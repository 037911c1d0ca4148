"""Warning: the final model kept in a file, and new customers ranked by their risk of leaving."""
