-- What a server's login is set to where a pooler before the database drops what the server asks for as it connects. With
-- psql in each of its databases, for the server's login and never for the owner of the tables:
--   psql -v role=customer360 -f login-settings.sql
-- Not read only: core's login adds to the access log, and its grants say what else it may do.
ALTER ROLE :"role" IN DATABASE :"DBNAME" SET jit = off;
ALTER ROLE :"role" IN DATABASE :"DBNAME" SET plan_cache_mode = force_generic_plan;
ALTER ROLE :"role" IN DATABASE :"DBNAME" SET max_parallel_workers_per_gather = 0;
-- What nobody waits for any longer is ended.
ALTER ROLE :"role" IN DATABASE :"DBNAME" SET client_connection_check_interval = '50ms';
-- As long as CUSTOMER360_DEADLINE_MS: nobody waits for what takes longer.
ALTER ROLE :"role" IN DATABASE :"DBNAME" SET statement_timeout = '2s';
