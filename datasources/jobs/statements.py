"""The statements of the job queue. A lease is held until `due_at`; the uuid in `lease` names its holder."""

ADD = """
    INSERT INTO core.job (kind, arguments, key, max_attempts, due_at)
    VALUES ($1, $2, $3, $4, coalesce($5, now()))
    ON CONFLICT (kind, key) WHERE died_at IS NULL DO NOTHING
    RETURNING id
"""

# The attempt is counted before the work, so that a job which kills its worker runs out of attempts too.
LEASE = """
    UPDATE core.job SET attempts = attempts + 1, lease = gen_random_uuid(), due_at = now() + $2 * interval '1 second'
    WHERE id = (
        SELECT id FROM core.job
        WHERE died_at IS NULL AND due_at <= now() AND attempts < max_attempts AND kind = ANY ($1)
        ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING id, kind, arguments, attempts, max_attempts, lease
"""
EXTEND = "UPDATE core.job SET due_at = now() + $3 * interval '1 second' WHERE id = $1 AND lease = $2 RETURNING id"
COMPLETE = "DELETE FROM core.job WHERE id = $1 AND lease = $2 RETURNING id"
RELEASE = """
    UPDATE core.job SET lease = NULL, attempts = attempts - 1, due_at = now() WHERE id = $1 AND lease = $2
"""

# Twice as long after each attempt, an hour at most. Half of it is random, which spreads jobs that failed together.
FAIL = """
    UPDATE core.job SET lease = NULL, failure = $3,
        died_at = CASE WHEN attempts >= max_attempts THEN now() END,
        due_at = now() + least(3600, 2 ^ least(attempts, 12)) * (0.5 + random() / 2) * $4 * interval '1 second'
    WHERE id = $1 AND lease = $2
"""
# Jobs whose last attempt never ended: its worker was killed, or lost its connection.
BURY = """
    UPDATE core.job SET lease = NULL, failure = 'WorkerLost', died_at = now()
    WHERE died_at IS NULL AND due_at <= now() AND attempts >= max_attempts
    RETURNING id
"""

LIST = """
    SELECT id, kind, arguments, key, attempts, max_attempts, failure, due_at, created_at,
        CASE WHEN died_at IS NOT NULL THEN 'dead' WHEN due_at > now() AND lease IS NOT NULL THEN 'running'
            ELSE 'waiting' END AS state
    FROM core.job WHERE NOT $1 OR died_at IS NOT NULL ORDER BY id
"""
# A dead letter stays dead while a live job has its key; of several with one key, the newest is revived.
RETRY = """
    UPDATE core.job AS dead SET died_at = NULL, attempts = 0, failure = NULL, due_at = now()
    WHERE died_at IS NOT NULL AND (id = $1 OR $1 IS NULL) AND NOT EXISTS (
        SELECT FROM core.job AS other WHERE other.kind = dead.kind AND other.key = dead.key AND other.id <> dead.id
            AND (other.died_at IS NULL OR $1 IS NULL AND other.id > dead.id)
    )
    RETURNING id
"""
FORGET_DEAD = "DELETE FROM core.job WHERE died_at < now() - $1 * interval '1 day'"

# A schedule that now comes more often does not wait for the time that the old one set.
REGISTER = """
    INSERT INTO core.job_schedule AS known (kind, due_at) VALUES ($1, $2)
    ON CONFLICT (kind) DO UPDATE SET due_at = least(known.due_at, excluded.due_at)
"""
NOW = "SELECT now()"
DUE = "SELECT kind, due_at, now() FROM core.job_schedule WHERE due_at <= now() AND kind = ANY ($1)"
# Of several processes that find it due, one moves it on and adds the job. Times that were missed are one job.
START_SCHEDULED = """
    WITH moved AS (UPDATE core.job_schedule SET due_at = $3 WHERE kind = $1 AND due_at = $2 RETURNING kind)
    INSERT INTO core.job (kind, key, max_attempts) SELECT kind, 'schedule', $4 FROM moved
    ON CONFLICT (kind, key) WHERE died_at IS NULL DO NOTHING
"""
