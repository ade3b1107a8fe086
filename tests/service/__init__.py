"""The daemon as its users meet it: its control interface, and a walk through every command."""
