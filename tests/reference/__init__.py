"""A second, separate reading of the case format: slow, exact, and used by tests only."""
