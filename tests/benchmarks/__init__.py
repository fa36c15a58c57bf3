"""Speed and accuracy claims, each measured beside a peer or a floor: `make bench-<name>`."""
