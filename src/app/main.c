/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terminal: chooses the language, makes the application and runs it. */
#include <glib/gi18n.h>

#include "app/wg-application.h"
#include "app/wg-language.h"

int
main (int argc, char *argv[])
{
  g_autoptr (WgApplication) application = NULL;

  wg_language_init ();
  g_set_application_name (_("Wangge"));
  application = wg_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
