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
  n=$((end - next < 2000 ? end - next : 2000))
  "$wgsim" --seeds "$next+$n" >>"$file" || [ $? = 1 ]
  next=$((next + n))
  echo "next $next" >>"$file"
done
