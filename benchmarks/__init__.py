"""How fast and how large, measured as whole processes and as ratios within one run."""
