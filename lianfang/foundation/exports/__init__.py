"""Named exports: lists that leave the house with names in them, each with purpose, recipient, expiry and watermark."""
