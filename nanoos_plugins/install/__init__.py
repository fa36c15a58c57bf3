"""How an instance comes to exist and stays healthy: profile, engines, pseudopotentials, doctor."""
