/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Residents and households of the sample district: operations of its grid heads, like any. */
#include "core/wg-id.h"
#include "server/wg-admin.h"
#include "server/wg-push.h"
#include "server/wg-server-error.h"
#include "wire/wg-zstd.h"
#include "wire/wg-wire-operation.h"

typedef struct
{
  const WgGrid *grid;
  const char *worker;
  guint n_households;
} Load;

/* The end of the console's chain for one worker. */
typedef struct
{
  char *replica, *previous;
  gint64 seq;
} Chain;

static void
clear_chain (Chain *self)
{
  g_free (self->replica);
  g_free (self->previous);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Chain, clear_chain)

static gboolean
open_chain (WgWork *work, const char *worker, Chain *chain, GError **error)
{
  WgStatement *statement;

  if (!wg_console_find_replica (work, worker, &chain->replica, error))
    return FALSE;
  statement = wg_db_statement (work->db, "replica-get", error);
  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "id", chain->replica);
  if (!wg_statement_next (statement, error))
    return FALSE;
  chain->seq = wg_statement_int (statement, "last_seq");
  chain->previous = wg_statement_dup_text (statement, "last_hash");
  wg_statement_reset (statement);
  return TRUE;
}

static char *
make_line (WgWork *work, const Load *load, WgRecord *record, gint64 seq)
{
  g_autoptr (WgOperation) operation = wg_operation_new (WG_OPERATION_RECORD_CREATE);

  operation->op_id = wg_id_new (&work->platform->ports);
  operation->seq = seq;
  operation->record_kind = record->kind;
  operation->record = wg_record_ref (record);
  operation->rec = g_strdup (record->id);
  operation->scope = g_strconcat ("g:", load->grid->code, NULL);
  operation->actor = g_strdup (load->worker);
  operation->at_ms = work->now_ms;
  operation->boot = g_strdup (work->platform->ports.boot_id);
  operation->mono_ms = wg_ports_boot_ms (&work->platform->ports);
  return wg_wire_operation_to_line (operation);
}

/* As many as one push may carry, from @from on. */
static WgPush *
make_push (WgWork *work, const Load *load, const Chain *chain, GPtrArray *records, guint from)
{
  WgPush *push = wg_push_new ();

  push->replica = g_strdup (chain->replica);
  push->epoch = g_strdup (work->platform->epoch);
  push->first = chain->seq + 1;
  push->previous = g_strdup (chain->previous);
  push->now_ms = work->now_ms;
  push->boot = g_strdup (work->platform->ports.boot_id);
  push->mono_ms = wg_ports_boot_ms (&work->platform->ports);
  for (guint i = from; i < records->len && push->lines->len < WG_LIMIT_PUSH_OPS; i++)
    g_ptr_array_add (push->lines,
                     make_line (work, load, records->pdata[i], push->first + push->lines->len));
  return push;
}

static gboolean
check_answer (WgPushJob *job, GError **error)
{
  const WgPushAnswer *answer = wg_push_job_get_answer (job);

  for (guint i = 0; answer && i < answer->results->len; i++)
    {
      const WgPushResult *result = answer->results->pdata[i];
      if (result->kind == WG_RESULT_OK)
        continue;
      g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_FAILED, "sample record refused: %s %s",
                   result->code, result->field ? result->field : "");
      return FALSE;
    }
  if (answer)
    return TRUE;
  g_set_error_literal (error, WG_SERVER_ERROR, WG_SERVER_ERROR_FAILED,
                       wg_push_job_get_problem (job)->name);
  return FALSE;
}

static gboolean
load_grid (WgWork *work, gpointer data, GError **error)
{
  const Load *load = data;
  g_autoptr (GPtrArray) records = wg_sample_records_new (load->grid, load->n_households,
                                                        work->now_ms, WG_SAMPLE_SEED);

  for (guint from = 0; from < records->len; from += WG_LIMIT_PUSH_OPS)
    {
      g_auto (Chain) chain = { 0 };
      g_autoptr (WgPushJob) job = NULL;

      if (!open_chain (work, load->worker, &chain, error))
        return FALSE;
      job = wg_push_job_new (make_push (work, load, &chain, records, from), load->worker, error);
      if (job == NULL || !wg_push_job_run (work, job, error) || !check_answer (job, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * wg_init_records:
 * @admin: the invocation, the sample district imported
 * @district: the sample district
 * @n_households: how many in each grid
 * @error: return location
 *
 * Records invented households and residents as the grids' heads would have, a grid in a
 * transaction.
 *
 * Thread: main.
 * Errors: of the database; %WG_SERVER_ERROR_FAILED when an operation was refused.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_init_records (WgAdmin *admin,
                 const WgSampleDistrict *district,
                 guint n_households,
                 GError **error)
{
  for (guint i = 0; i < district->grids->len; i++)
    {
      const WgWorker *head = district->workers->pdata[i]; /* one a grid, in order */
      Load load = { district->grids->pdata[i], head->id, n_households };

      if (!wg_admin_run (admin, load_grid, &load, error))
        return FALSE;
    }
  return TRUE;
}
