"""Archives of tenants: what they may see goes out, and what comes in becomes theirs, whatever it says."""
