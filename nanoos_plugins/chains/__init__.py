"""Chains over the scales: what one says, those that NANO-OS ships, and how one becomes a job."""
