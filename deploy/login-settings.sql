-- What a server's login is set to where a pooler before the database drops what the server asks for as it connects. With
-- psql in each of its databases, for the server's login and never for the owner of the tables:
--   psql -v role=customer360 -f login-settings.sql
-- Not read only: core's login adds to the access log, and its grants say what else it may do.
ALTER ROLE :"role" IN DATABASE :"DBNAME" SET jit = off;
ALTER ROLE :"role" IN DATABASE :"DBNAME" SET plan_cache_mode = force_generic_plan;
ALTER ROLE :"role" IN DATABASE :"DBNAME" SET max_parallel_workers_per_gather = 0;
-- Cancels statements of clients that have disconnected.
ALTER ROLE :"role" IN DATABASE :"DBNAME" SET client_connection_check_interval = '50ms';
-- The value of CUSTOMER360_DEADLINE_MS; no request waits longer.
ALTER ROLE :"role" IN DATABASE :"DBNAME" SET statement_timeout = '2s';
