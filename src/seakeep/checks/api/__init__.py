"""Deprecated and removed API versions: API."""
