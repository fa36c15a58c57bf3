"""The graph over HTTP: routes, what they take and answer, and who may ask."""
