"""Faults: one per file, each with its healer. Nothing here does anything: what is injected is data."""
