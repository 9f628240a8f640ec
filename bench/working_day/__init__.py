"""A working day of many people at once, on the real server with its worker: `make load`."""
