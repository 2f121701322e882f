"""Areas: county → town → village → grid, versioned. A path is the division code; a child's path begins with its parent's."""
