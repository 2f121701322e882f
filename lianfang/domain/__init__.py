"""What the product exists for: one folder per noun. Imports point down the order of the apps; facts come up."""
