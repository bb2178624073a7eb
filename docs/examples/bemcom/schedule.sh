#!/bin/sh
# A schedule for an actuator datapoint of BEMCom: now 4140 W, in an hour 11000 W for an
# hour, then no limit.
#
#   TOKEN=<token of a user> ./schedule.sh ID      ID of the datapoint in the API service
set -eu

api=${API:-http://localhost:8080}
now=$(date +%s)000
soon=$((now + 3600000))
later=$((now + 7200000))

curl --fail-with-body --silent --show-error -X POST "$api/datapoint/$1/schedule/" \
    -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d @- <<END
{
  "schedule": [
    {"from_timestamp": null, "to_timestamp": $soon, "value": 4140},
    {"from_timestamp": $soon, "to_timestamp": $later, "value": 11000},
    {"from_timestamp": $later, "to_timestamp": null, "value": null}
  ],
  "timestamp": $now
}
END
