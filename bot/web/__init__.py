"""The page shell, signing in, the guards, and the web chat's interface."""
