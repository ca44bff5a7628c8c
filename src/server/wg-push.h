/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A push: prepared outside of the writer, applied inside its transaction, answered after the
 * commit. */
#pragma once

#include "server/wg-work.h"
#include "wire/wg-wire-push.h"
#include "wire/wg-wire-session.h"

G_BEGIN_DECLS

typedef struct _WgPushJob WgPushJob;

/* Parses each line and computes the chain; framing and signature have been checked before. */
WgPushJob *wg_push_job_new (WgPush *push, const char *worker, GError **error);
/* It came in a file: how long that was on its way nobody knows. */
void wg_push_job_set_carried (WgPushJob *self);
void wg_push_job_free (WgPushJob *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgPushJob, wg_push_job_free)
/* A WgWorkFunc; @data is a WgPushJob. */
gboolean wg_push_job_run (WgWork *work, gpointer data, GError **error);
/* One of the two after a run; borrowed. */
const WgPushAnswer *wg_push_job_get_answer (const WgPushJob *self);
const WgProblem *wg_push_job_get_problem (const WgPushJob *self);

G_END_DECLS
