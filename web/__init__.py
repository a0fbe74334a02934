"""The page: what a planner looks at and clicks. ``docs/page.md`` tells its rooms."""
