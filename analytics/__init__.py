"""The record of every conversation, and the figures drawn from it."""
