#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A seed is the same run each time, to the byte of its trace; another seed is not.
set -eu
one=$("$1" --seed 11 --trace)
two=$("$1" --seed 11 --trace)
other=$("$1" --seed 12 --trace)
[ "$one" = "$two" ] || { echo "seed 11 is not the same twice"; exit 1; }
[ "$one" != "$other" ] || { echo "seeds 11 and 12 are the same"; exit 1; }
[ "$(printf '%s' "$one" | wc -l)" -gt 20 ] || { echo "nothing was traced"; exit 1; }
