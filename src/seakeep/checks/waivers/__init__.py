"""Waivers, and whether they are in order: WVR."""
