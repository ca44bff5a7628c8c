/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Places where the simulator's own copy of the code is made wrong, to prove that it would notice
 * (tests/sim/mutants.txt). In every program that is shipped they are 0: nothing is left of them. */
#pragma once

#ifndef WG_MUTANT
#define WG_MUTANT(name) 0
#endif
