"""How an AiiDA archive from outside is read: the zip file, the tables in it, the graph that they make."""
