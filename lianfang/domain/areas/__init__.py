"""Areas: county → town → village → grid, versioned. A path is the division code; a child begins with its parent."""
