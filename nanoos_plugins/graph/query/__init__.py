"""Queries over the graph: AiiDA's QueryBuilder dictionaries, checked, with tenancy in every vertex, bounded.

A document becomes a `Query` (`parse`, which checks it by `words`, `types` and `filters`), a `Query` becomes a
statement of the database (`statement`, with `columns`, `tenancy` and `hits`), and the statement is run a page
at a time (`run`) or explained (`explain`).
"""
