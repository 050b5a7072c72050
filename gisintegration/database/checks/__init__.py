"""The checks of a release: what is impossible, what does not add up, what jumps, what is missing."""
