#!/bin/sh
# Makes what the subgraphs need in PostgreSQL; running it again changes nothing.
#   databases.sh create   a database for each department, before `customer360 db upgrade`
#   databases.sh logins   a login for each subgraph, after it; they get SUBGRAPH_PASSWORD
# It connects as PGHOST, PGUSER and PGPASSWORD say.
set -eu
cd "$(dirname "$0")"

sql() { psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$@"; }
has_database() { sql --dbname postgres --command "SELECT 1 FROM pg_database WHERE datname = '$1'" | grep -q 1; }
has_role() { sql --dbname postgres --command "SELECT 1 FROM pg_roles WHERE rolname = '$1'" | grep -q 1; }

# Names sort by code point and lower() knows every letter, whatever the machine's locale.
LOCALE="TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"

create() {
    for department in core finance sales service marketing; do
        has_database "$department" || sql --dbname postgres --command "CREATE DATABASE $department $LOCALE"
    done
}

logins() {
    : "${SUBGRAPH_PASSWORD:?}"
    sql --dbname core --file core-logins.sql
    for department in finance sales service marketing; do
        has_role "${department}_subgraph" && continue
        sql --dbname "$department" --set department="$department" --set role="customer360_$department" \
            --file department-logins.sql
        echo "CREATE ROLE ${department}_subgraph LOGIN PASSWORD :'password'
            IN ROLE customer360_subgraph, customer360_$department;" |
            sql --dbname postgres --set password="$SUBGRAPH_PASSWORD"
    done
}

case "${1:-}" in
create | logins) "$1" ;;
*) echo "usage: databases.sh create|logins" >&2 && exit 2 ;;
esac
