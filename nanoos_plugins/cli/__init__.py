"""`nanoos …` and `verdi data nanoos.…`, one noun a file."""
