/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A served kit on loopback, and the messages of a terminal to it. */
#pragma once

#include "http.h"
#include "kit.h"
#include "server/wg-server.h"
#include "wire/wg-wire-pull.h"
#include "wire/wg-wire-session.h"

G_BEGIN_DECLS

#define LINES "Content-Type: application/x-ndjson; charset=utf-8\r\n"
#define JSON "Content-Type: application/json\r\n"

typedef struct
{
  Kit *kit;
  WgServer *server;
  Http *http;
} Fixture;

void service_start (Fixture *fixture, gconstpointer rate);
void service_stop (Fixture *fixture, gconstpointer rate);
HttpAnswer *service_send_text (
    Fixture *fixture, const char *method, const char *path, const char *headers, const char *text);
void service_assert_problem (const HttpAnswer *answer, int status, const char *name);
char *service_make_code (Fixture *fixture, const char *worker);
HttpAnswer *
service_enrol (Fixture *fixture, const char *code, const guint8 *public_key, const guint8 *secret);
WgEnrolAnswer *service_read_enrolment (const HttpAnswer *answer);
char *service_ask_nonce (Fixture *fixture, const char *device);
HttpAnswer *service_open_session (Fixture *fixture,
                                  const char *device,
                                  const char *replica,
                                  const char *nonce,
                                  const guint8 *secret);
void service_use_session (Fixture *fixture, const HttpAnswer *answer);
Terminal *service_join (Fixture *fixture, const char *worker);
GBytes *service_make_body (Terminal *terminal, int n);
HttpAnswer *service_send_push (Fixture *fixture, GBytes *body, const char *headers);
WgPushAnswer *service_read_push (const HttpAnswer *answer);
WgPullPage *service_pull (Fixture *fixture, const char *ask, const char *headers);

G_END_DECLS
