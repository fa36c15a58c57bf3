"""Triggers on PostgreSQL that do their work at the end of a transaction, one transaction after the other.

PostgreSQL has many writers at once, and none sees what another has not committed: of two links of one path,
written at the same time, neither trigger would see the other's, and numbers that are taken one after the
other would become visible the other way round. So these triggers are deferred to the commit and take a lock
there, which lasts until what was written is visible to all. A transaction waits for others' commits, never
for all that they do; it takes no lock on rows of AiiDA's tables while it holds this one.
"""

from __future__ import annotations

#: Of the lock, in the database of the profile: an arbitrary number that nothing else uses.
LOCK = 6_262_668_678

TAKE_TURN = f"""
CREATE OR REPLACE FUNCTION nanoos_take_turn() RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
    -- With a snapshot of its own a transaction would not see what others have committed before its turn.
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION USING
            MESSAGE = 'expected READ COMMITTED, got ' || current_setting('transaction_isolation'),
            HINT = 'write through AiiDA, or begin with SET TRANSACTION ISOLATION LEVEL READ COMMITTED';
    END IF;
    PERFORM pg_advisory_xact_lock({LOCK});
END $body$"""


def in_turn(name: str, body: str) -> str:
    """Return the statement that makes the function of a trigger.

    Its settings make PostgreSQL join as SQLite does: in the order of the statement, by keys. What a walk
    finds cannot be known beforehand, and a plan for much reads whole tables.
    """
    return (
        f'CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql'
        ' SET join_collapse_limit = 1 SET enable_hashjoin = off SET enable_mergejoin = off'
        ' SET enable_seqscan = off SET jit = off'
        f' AS $body$ BEGIN PERFORM nanoos_take_turn(); {body}; RETURN NULL; END $body$'
    )


def deferred(name: str, event: str, condition: str = '') -> str:
    """Return the statement that makes a trigger, of the function of its name."""
    when = f' WHEN ({condition})' if condition else ''
    return (
        f'CREATE CONSTRAINT TRIGGER {name} AFTER {event} DEFERRABLE INITIALLY DEFERRED'
        f' FOR EACH ROW{when} EXECUTE FUNCTION {name}()'
    )
