#!/bin/sh
# Writes one backup of Haven's database into a folder: a dump that pg_restore reads, and its checksum.
#   PGHOST=… PGUSER=haven_owner PGDATABASE=haven PGPASSFILE=… deploy/backup.sh /backups
# A backup holds private conversations and is written for its owner's eyes alone: keep it where the database itself
# could be kept, encrypted. BACKUPS_KEPT (14) says how many stay. Needs pg_dump of the server's version or newer.
set -eu
umask 077

fail() {
    echo "$1" >&2
    exit 2
}

[ $# -eq 1 ] || fail "Say where to: deploy/backup.sh FOLDER"
[ -n "${PGDATABASE:-}" ] || fail "Set PGDATABASE, and PGHOST, PGUSER and PGPASSFILE: the database as its owner."
kept=${BACKUPS_KEPT:-14}
case $kept in '' | *[!0-9]* | 0) fail "BACKUPS_KEPT must be a whole number of at least 1." ;; esac
mkdir -p "$1" && cd "$1" || fail "The folder $1 cannot be used."

name="haven-$(date -u +%Y%m%dT%H%M%SZ).dump"
[ ! -e "$name" ] || fail "There is a backup of this second already: $1/$name"
# Under another name until it is whole: half a dump must not look like one.
trap 'rm -f "$name.part" "$name.sha256.part"' EXIT
trap 'exit 130' INT TERM
pg_dump --format=custom --compress=6 --no-owner --no-privileges --file="$name.part" ||
    fail "The backup failed; nothing was kept of it."
pg_restore --list "$name.part" >/dev/null || fail "The backup cannot be read back; nothing was kept of it."
printf '%s  %s\n' "$(sha256sum <"$name.part" | cut -d ' ' -f 1)" "$name" >"$name.sha256.part"
sync
mv "$name.sha256.part" "$name.sha256"
mv "$name.part" "$name"

# Only now may the oldest go. The names sort by time.
ls -1 | grep -E '^haven-[0-9]{8}T[0-9]{6}Z\.dump$' | sort -r | tail -n "+$((kept + 1))" | while read -r old; do
    rm -f "$old" "$old.sha256"
done
echo "$1/$name"
