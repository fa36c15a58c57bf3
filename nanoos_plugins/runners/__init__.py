"""Programs that compute on the machine, without AiiDA: `python -m nanoos_plugins.runners.<name>`."""
