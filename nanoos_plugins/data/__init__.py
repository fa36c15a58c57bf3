"""AiiDA node types and their converters, one noun a file."""
