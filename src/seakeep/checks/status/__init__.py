"""What served objects say about themselves: STA. An object in a file has no status, and nothing is asked."""
