/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Listening sockets and the names of who connects. */
#pragma once

#include <sys/socket.h>

#include <glib.h>

G_BEGIN_DECLS

/* "ADDRESS:PORT", "[ADDRESS]:PORT", "localhost:PORT"; −1 with @error set. */
int wg_listen_tcp (const char *text, char **out_bound, GError **error);
int wg_listen_unix (const char *path, GError **error);
void wg_listen_close (int fd);
char *wg_listen_describe_peer (const struct sockaddr *address); /* without the port; "unix" */
gboolean wg_listen_is_local (const char *peer);

G_END_DECLS
