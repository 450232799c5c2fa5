"""Whether what was given could be read at all: LOAD."""
