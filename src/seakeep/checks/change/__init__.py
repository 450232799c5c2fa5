"""What a living cluster does not bear: judged before anything is done to it, and never waived."""
