"""Where images come from and what they are called: IMG."""
