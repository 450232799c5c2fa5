"""What a history shows. Pure: the same history always gives the same verdict."""
