#!/usr/bin/env bash
# backup.sh ADDRESS FOLDER: dump a study's database, put the dump into a database of its own, compare
# every word and every quotation there, and keep the dump only if all of that went well. Thirty are kept.
# The account needs the right to make databases (ALTER ROLE qualkit CREATEDB), or the name of another in PGUSER.
set -euo pipefail
umask 077
address=$1 folder=$2
qualkit=${QUALKIT:-qualkit}
base=${address%%\?*} query=
[ "$base" = "$address" ] || query="?${address#*\?}"
name=${base##*/}
trial="${name}_trial_$$"
at() { echo "${base%/*}/$1$query"; }

mkdir -p "$folder"
waiting="$folder/.waiting-$$.dump"
cleanup() {
    rm -f "$waiting"
    psql -q -d "$(at postgres)" -c "DROP DATABASE IF EXISTS \"$trial\"" 2>/dev/null || true
}
trap cleanup EXIT

pg_dump --format=custom --no-owner --file="$waiting" --dbname="$address"
psql -q -d "$(at postgres)" -c "CREATE DATABASE \"$trial\" TEMPLATE template0"
pg_restore --no-owner --exit-on-error --dbname="$(at "$trial")" "$waiting"
"$qualkit" project check "$(at "$trial")" >/dev/null
sync "$waiting"
kept="$folder/$name-$(date -u +%Y-%m-%dT%H%M%SZ).dump"
mv "$waiting" "$kept"
find "$folder" -maxdepth 1 -name "$name-*.dump" | sort | head -n -30 | xargs -r rm -f
echo "$kept"
