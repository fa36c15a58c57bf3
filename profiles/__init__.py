"""Ways to run NANO-OS, as data only: settings, lock files and tables, one folder a way."""
