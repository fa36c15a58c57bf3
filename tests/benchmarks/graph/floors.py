"""The questions in bare SQL by an index, without tenants: what no answer can be faster than."""

from __future__ import annotations

import statistics
import time
from datetime import timedelta

import sqlalchemy as sa

from nanoos_plugins.graph.tables import connection, tables
from tests.benchmarks.graph.build import START, Facts

COLUMNS = 'n.id, n.uuid, n.node_type, n.process_type, n.label, n.ctime, n.mtime, u.email'
FROM = 'FROM db_dbnode n JOIN db_dbuser u ON u.id = n.user_id'
SQL = {
    'newest 50': f'SELECT {COLUMNS} {FROM} ORDER BY n.ctime DESC LIMIT 50',
    'page at 90 % depth': f'SELECT {COLUMNS} {FROM} WHERE n.ctime < :deep ORDER BY n.ctime DESC LIMIT 50',
    'node by uuid': f'SELECT {COLUMNS}, n.attributes, n.extras {FROM} WHERE n.uuid = :uuid',
    'energy below x': """SELECT n.uuid, p.number FROM nanoos_property p JOIN db_dbnode n ON n.id = p.node_id
        WHERE p.name = 'energy' AND p.user_id = :user AND p.number IS NOT NULL AND p.number < :energy""",
    'three-way join': """SELECT s.uuid, j.uuid, r.uuid, r.attributes FROM db_dbnode s
        JOIN db_dblink a ON a.input_id = s.id JOIN db_dbnode j ON j.id = a.output_id
        JOIN db_dblink b ON b.input_id = j.id JOIN db_dbnode r ON r.id = b.output_id
        WHERE s.node_type = 'data.core.structure.StructureData.'
        AND j.node_type = 'process.calculation.calcjob.CalcJobNode.'
        AND r.node_type = 'data.core.dict.Dict.' ORDER BY s.ctime DESC LIMIT 50""",
    'neighbourhood of 331': """WITH RECURSIVE
        up(id, far) AS (SELECT CAST(:around AS INTEGER), 0
            UNION SELECT input_id, far + 1 FROM up JOIN db_dblink l ON output_id = up.id WHERE far < 2),
        down(id, far) AS (SELECT CAST(:around AS INTEGER), 0
            UNION SELECT output_id, far + 1 FROM down JOIN db_dblink l ON input_id = down.id WHERE far < 2),
        seen(id) AS (SELECT id FROM up UNION SELECT id FROM down)
        SELECT l.input_id, l.output_id, l.type, l.label, n.uuid, n.node_type FROM seen
        JOIN db_dblink l ON l.output_id = seen.id JOIN db_dbnode n ON n.id = l.output_id
        WHERE l.input_id IN (SELECT id FROM seen)""",
    'stacked diamonds': """WITH RECURSIVE up(id) AS (SELECT CAST(:diamonds AS INTEGER)
            UNION SELECT l.input_id FROM up JOIN db_dblink l ON l.output_id = up.id)
        SELECT n.uuid, n.node_type FROM up JOIN db_dbnode n ON n.id = up.id""",
    'hub, first page': """SELECT n.uuid, n.node_type FROM db_dblink l JOIN db_dbnode n ON n.id = l.output_id
        WHERE l.input_id = :hub ORDER BY l.id LIMIT 200""",
    '1000 with attributes': """SELECT n.uuid, CAST(n.attributes AS TEXT) FROM db_dbnode n
        WHERE n.node_type = 'data.core.dict.Dict.' ORDER BY n.ctime DESC LIMIT 1000""",
}


def measure(question: str, facts: Facts, times: int = 30) -> float:
    """Return the median time [ms] of a question; the statement is parsed and the database warm."""
    values = {
        'deep': START + timedelta(seconds=2 * facts.nodes),
        'uuid': facts.around['uuid'],
        'user': facts.asker['pk'],
        'energy': facts.energy_below,
        'around': facts.around['pk'],
        'diamonds': facts.diamonds['pk'],
        'hub': facts.hub['pk'],
    }
    statement = sa.text(SQL[question])
    if question == 'page at 90 % depth':
        statement = statement.bindparams(sa.bindparam('deep', type_=tables().node.c.ctime.type))
    values = {name: value for name, value in values.items() if f':{name}' in SQL[question]}
    found = []
    with connection() as opened:
        for _ in range(times + 1):
            begin = time.perf_counter()
            opened.execute(statement, values).all()
            found.append(1000 * (time.perf_counter() - begin))
    return statistics.median(found[1:])
