"""Fields that the target version does not know, and values of the wrong type: SCH."""
