/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program wangge-platform. */
#include "server/wg-admin.h"

int
main (int argc, char **argv)
{
  return wg_admin_main (argc, argv);
}
