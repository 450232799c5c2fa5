"""Observers: each watches one thing while the storm lasts, and writes what it sees into the history."""
