"""AiiDA storage plugins in which every node belongs to who asked for it."""
