#!/bin/sh
# Brings a backup back into an EMPTY database that its owner has made:
#   PGHOST=… PGUSER=haven_owner PGDATABASE=haven_new PGPASSFILE=… deploy/restore.sh /backups/haven-….dump
# All of it comes back or nothing does. Afterwards, as the owner: manage.py migrate, then manage.py grant_app_role.
set -eu

fail() {
    echo "$1" >&2
    exit 2
}

[ $# -eq 1 ] || fail "Say which: deploy/restore.sh BACKUP"
[ -n "${PGDATABASE:-}" ] || fail "Set PGDATABASE, and PGHOST, PGUSER and PGPASSFILE: the empty one, as its owner."
[ -r "$1" ] || fail "There is no backup that can be read at $1."
[ -r "$1.sha256" ] || fail "The checksum $1.sha256 is missing: this may be half a backup."
[ "$(sha256sum <"$1" | cut -d ' ' -f 1)" = "$(cut -d ' ' -f 1 <"$1.sha256")" ] ||
    fail "$1 is not what was written: its checksum differs. Take another backup."

tables=$(psql --no-psqlrc -v ON_ERROR_STOP=1 -tAc \
    "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')") ||
    fail "The database does not answer."
[ "$tables" = 0 ] || fail "The database has $tables tables already: restore into an empty one, and then change over."

pg_restore --exit-on-error --single-transaction --no-owner --no-privileges --dbname="$PGDATABASE" "$1" ||
    fail "Restoring failed; the database is as empty as before."
psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 -c "ANALYZE" || fail "Everything is restored, but ANALYZE failed: run it."
echo "Restored. Now, as the owner: manage.py migrate, then manage.py grant_app_role."
