"""What the routes take and answer, one resource a file; from here the OpenAPI document is made."""
