-- What a department's subgraph may do in its own database: read. With psql, as the owner of its tables:
--   psql -v department=finance -v role=customer360_finance -f department-logins.sql
CREATE ROLE :"role" NOLOGIN;
GRANT USAGE ON SCHEMA :"department" TO :"role";
GRANT SELECT ON ALL TABLES IN SCHEMA :"department" TO :"role";
-- What happened to customers is the leader's to read. Migrations keep tables like these from the login by themselves.
REVOKE ALL ON :"department".event, :"department".event_author FROM :"role";
ALTER DEFAULT PRIVILEGES IN SCHEMA :"department" GRANT SELECT ON TABLES TO :"role";
