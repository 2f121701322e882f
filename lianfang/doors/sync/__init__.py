"""The door of the phones: uploads of what was recorded, the grid to take along, and a queue brought in as a file."""
