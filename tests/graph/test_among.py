"""One statement for however many values, answered by the index of the column."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from nanoos_plugins.graph.among import among
from nanoos_plugins.graph.tables import connection, tables


@pytest.mark.parametrize('words', [[], ['x'], ["a'b", 'NULL', '{}', '"', 'é', 'a,b']])
def test_each_value_is_found_and_no_other(profile: object, words: list[str]) -> None:
    known = sa.values(sa.column('word', sa.String)).data([(word,) for word in [*words, 'another']]).cte()
    with connection() as opened:
        found = opened.scalars(sa.select(known.c.word).where(among(known.c.word, 'words')), {'words': words})
        assert sorted(found) == sorted(words)


def test_it_is_looked_up(profile: object) -> None:
    link = tables().link
    statement = sa.select(link.c.id).where(among(link.c.input_id, 'keys'), link.c.id > 0)
    with connection() as opened:
        if opened.dialect.name == 'sqlite':
            explain, keys = 'EXPLAIN QUERY PLAN', '[1, 2]'
        else:
            opened.exec_driver_sql('SET LOCAL enable_seqscan = off')
            explain, keys = 'EXPLAIN', [1, 2]
        asked = statement.compile(opened)
        values = {**asked.params, 'keys': keys}
        given = values if asked.positiontup is None else tuple(values[name] for name in asked.positiontup)
        plan = str(opened.exec_driver_sql(f'{explain} {asked}', given).all())
    assert 'input_id' in plan
    assert 'SCAN db_dblink' not in plan
