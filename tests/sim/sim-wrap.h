/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The linker leads each call of NAME, from wherever in the product, to __wrap_NAME. */
#pragma once

#define WRAP(type, name, ...)                                                                      \
  type __wrap_##name (__VA_ARGS__);                                                                \
  type __wrap_##name (__VA_ARGS__)

/* The same, where what is not simulated goes on to the real one. */
#define WRAP_REAL(type, name, ...)                                                                 \
  type __real_##name (__VA_ARGS__);                                                                \
  type __wrap_##name (__VA_ARGS__);                                                                \
  type __wrap_##name (__VA_ARGS__)
