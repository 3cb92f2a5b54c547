"""What stands behind the commands that are more than one call; imported only when the command runs."""
