"""The human queue: tickets, who works on them, and the way back to the bot."""
