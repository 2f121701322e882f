"""The frame of everything printed: title, as-of time, serial, page x of y, watermark, on A4 in black and white."""
