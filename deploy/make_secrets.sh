#!/bin/sh
# Makes what compose.yaml needs under deploy/secrets, once: what is there already stays.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets # of its owner alone; the files in it can be read by the containers' user, who is another
cd secrets

random() { head -c 48 /dev/urandom | base64 | tr -d '\n=' | tr '+/' '-_'; }
keep() { # NAME, content from the input
    if [ -e "$1" ]; then cat >/dev/null; else cat >"$1" && chmod 444 "$1"; fi
}

random | keep secret_key
random | keep contact_key
printf 'first:%s' "$(random)" | keep text_keys
random | keep metrics_token
random | keep postgres_password
random | keep owner_password
random | keep app_password
random | keep redis_password
printf 'whsec_%s' "$(head -c 32 /dev/urandom | base64 | tr -d '\n')" | keep webhook_secret
printf 'postgresql://haven_app:%s@database:5432/haven' "$(cat app_password)" | keep database_url
printf 'postgresql://haven_owner:%s@database:5432/haven' "$(cat owner_password)" | keep database_owner_url
printf 'redis://:%s@redis:6379/0' "$(cat redis_password)" | keep redis_url
printf 'requirepass %s\nsave ""\nappendonly no\nmaxmemory 512mb\nmaxmemory-policy noeviction\n' "$(cat redis_password)" |
    keep redis_configuration
echo "The secrets are in $(pwd). Give the platform what is in webhook_secret, and keep copies of contact_key and"
echo "text_keys apart from the backups: without text_keys nobody can read a text any more."
