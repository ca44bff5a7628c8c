/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTP for tests: every byte of a request can be chosen, answers are read whole. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char *address; /* "127.0.0.1:40123" */
  char *token;   /* sent when it is set */
  GSocketConnection *connection;
} Http;

typedef struct
{
  int status; /* 0: the connection was closed without an answer */
  char *head; /* status line and headers */
  GBytes *body;
} HttpAnswer;

Http *http_new (const char *address);
void http_free (Http *http);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Http, http_free)
void http_close (Http *http);
void http_answer_free (HttpAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HttpAnswer, http_answer_free)
/* @headers: lines ended by CR LF, or "". */
HttpAnswer *http_send (Http *http,
                       const char *method,
                       const char *path,
                       const char *headers,
                       const void *body,
                       gsize n);
/* Bytes as they are. */
gboolean http_write (Http *http, const void *bytes, gsize n);
HttpAnswer *http_read (Http *http, gboolean has_body);
/* Value of a header, or NULL. */
char *http_answer_get (const HttpAnswer *answer, const char *name);
/* Name of the problem in the body, or NULL. */
char *http_answer_get_problem (const HttpAnswer *answer);

G_END_DECLS
