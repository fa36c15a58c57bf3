"""One resource a file: route → statement of `nanoos_plugins.graph` → answer."""
