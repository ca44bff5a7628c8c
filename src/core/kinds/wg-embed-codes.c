/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run by the build: writes the code lists of data/standards/codes as a table of C texts. */
#include <stdio.h>

static int
embed (const char *path, FILE *out)
{
  FILE *in = fopen (path, "rb");
  int c;

  if (in == NULL)
    {
      perror (path);
      return 1;
    }
  fputs ("  \"", out);
  while ((c = getc (in)) != EOF)
    if (c == '\n')
      fputs ("\\n\"\n  \"", out);
    else if (c == '"' || c == '\\')
      fprintf (out, "\\%c", c);
    else
      putc (c, out);
  fputs ("\",\n", out);
  return fclose (in) != 0;
}

/* wg-embed-codes OUT.c LIST.csv… */
int
main (int argc, char *argv[])
{
  FILE *out = argc > 1 ? fopen (argv[1], "wb") : NULL;
  int fault = out == NULL;

  if (out == NULL)
    return 2;
  fputs ("/* Made from data/standards/codes by wg-embed-codes. */\n"
         "#include \"core/wg-codes-text.h\"\n\n"
         "const char *const WG_CODES_TEXT[] = {\n",
         out);
  for (int i = 2; i < argc; i++)
    fault |= embed (argv[i], out);
  fputs ("  0,\n};\n", out);
  return fclose (out) != 0 || fault;
}
