"""The conversation, its channels, and the process that runs everything."""
