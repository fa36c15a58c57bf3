"""Who signs in and how: passwords, sessions, tokens, invites. Every account is one of AiiDA's users."""
