"""What it costs to read and to judge a large living cluster."""
