#!/bin/sh
# Runs inside the PostgreSQL container when its volume is new: the two roles and the database.
set -eu
psql -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" \
    -v owner="$(cat /run/secrets/owner_password)" -v app="$(cat /run/secrets/app_password)" <<'SQL'
CREATE ROLE haven_owner LOGIN PASSWORD :'owner';
CREATE ROLE haven_app LOGIN PASSWORD :'app';
CREATE DATABASE haven OWNER haven_owner;
REVOKE ALL ON DATABASE haven FROM PUBLIC;
GRANT CONNECT ON DATABASE haven TO haven_app;
SQL
