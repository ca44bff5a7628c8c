#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# seeds.sh WGSIM FIRST: as many seeds as the environment asks for (.ci/run: ten thousand).
set -eu
exec "$1" --seeds "$2+${WANGGE_SEEDS:-250}"
