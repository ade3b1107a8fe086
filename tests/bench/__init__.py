"""The bench: how fast lantern-migrate is beside what the two servers can do and beside other ways. Entered by packaging/bench."""
