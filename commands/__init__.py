"""The commands, by what they are about. No logic: each reads as a paragraph."""
