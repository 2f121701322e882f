"""Settings, addresses, roles, wiring and the command line. Nobody imports it; foundation finds it by name."""
