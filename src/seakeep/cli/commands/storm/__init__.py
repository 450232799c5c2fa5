"""`seakeep storm`."""
