"""A CheckReport in the forms that other programs read."""
