#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs a long range of seeds in portions and notes each in a file; started again with the same file
# it goes on behind the last portion.
# usage: range.sh WGSIM FIRST COUNT FILE
set -eu
wgsim=$1 end=$(($2 + $3)) file=$4
next=$(sed -n 's/^next //p' "$file" 2>/dev/null | tail -n 1)
next=${next:-$2}
while [ "$next" -lt "$end" ]; do
  n=$((end - next < 200 ? end - next : 200))
  out=$("$wgsim" --seeds "$next+$n") && code=0 || code=$?
  [ -z "$out" ] || printf '%s\n' "$out" >>"$file"
  if [ "$code" -le 1 ]; then
    next=$((next + n))
  else # it died in one, and the rest of the portion was not run
    died=$(printf '%s\n' "$out" | sed -n 's/^FAILED wgsim --seed \([0-9]*\): it d.*/\1/p' | tail -n 1)
    echo "stopped behind $((died - next)) of a portion" >>"$file"
    next=$((died + 1))
  fi
  echo "next $next" >>"$file"
done
