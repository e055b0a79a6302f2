"""One person, one digest: how many of the ways in which people are written reach the digest of the person."""
