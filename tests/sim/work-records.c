/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records by table at a terminal: made, changed by several, confirmed, made void; conflicts are
 * settled. Values come from small pools, so that people meet. */
#include "core/wg-kind.h"
#include "store/wg-records.h"
#include "work.h"

/* A form that somebody has open while other things come down. */
typedef struct
{
  WgRecord *seen; /* %NULL: none is open */
} Form;

static Form forms[WORLD_TERMINALS];

/* --- values ---------------------------------------------------------------------------------- */

typedef struct
{
  const char *kind, *field;
  const char *values[4];
} Pool;

static const Pool POOLS[] = {
  { "resident", "name", { "张三", "李四", "王五", "赵六" } },
  { "resident", "doc_no", { "SAMPLE01", "SAMPLE02", "SAMPLE03", NULL } },
  { "resident", "pop_type", { "10", "30", "40", NULL } },
  { "resident", "status", { "1", "2", "3", "5" } },
  { "resident", "live_addr", { "甲楼", "乙楼", "丙楼", NULL } },
  { "resident", "phone", { "13800000001", "13800000002", "13800000003", NULL } },
  { "resident", "needs", { "01", "02", "03", "04" } },
  { "household", "place", { "样例小区", "样例村", NULL } },
  { "household", "room", { "101", "102", "201", NULL } },
  { "household", "tenure", { "1", "3", "4", "5" } },
  { "household", "contact", { "张三", "李四", "王五", NULL } },
  { "household", "note", { "备注甲", "备注乙", "备注丙", NULL } },
  { "household", "hazards", { "01", "02", "03", "04" } },
};

static void
put_value (WgRecord *record, const Pool *pool, SimRandom *random)
{
  const WgField *field = wg_kind_find_field (record->kind, pool->field);
  const char *values[G_N_ELEMENTS (pool->values) + 1] = { NULL };
  guint n = 0;

  if (!wg_field_is_list (field))
    {
      while (n < G_N_ELEMENTS (pool->values) && pool->values[n])
        n++;
      wg_record_set_text (record, pool->field, pool->values[sim_random_below (random, n)]);
      return;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (pool->values); i++)
    if (sim_random_chance (random, 4000))
      values[n++] = pool->values[i];
  wg_record_set_list (record, pool->field, n > 0 ? values : NULL);
}

static void
put_some (WgRecord *record, SimRandom *random)
{
  guint n = 1 + sim_random_below (random, 5);

  while (n > 0)
    {
      const Pool *pool = &POOLS[sim_random_below (random, G_N_ELEMENTS (POOLS))];
      if (!g_str_equal (pool->kind, record->kind->name))
        continue;
      put_value (record, pool, random);
      n--;
    }
}

/* --- choosing -------------------------------------------------------------------------------- */

static GPtrArray *
list_records (WgStoreContext *context, Work *work, const WgKind *kind, GError **error)
{
  /* Mostly of the first few: there people meet. */
  WgRecordQuery query = { .kind = kind, .limit = sim_random_chance (work->random, 8000) ? 2 : 50 };

  if (sim_random_chance (work->random, 1500))
    query.which = WG_RECORD_LIST_NEEDING_ME;
  return wg_records_list (context, &query, error);
}

static WgRecordView *
choose_record (WgStoreContext *context, Work *work, GError **error)
{
  guint first = sim_random_below (work->random, 2);

  for (guint i = 0; i < 2; i++)
    {
      const WgKind *kind = wg_kind_list ()[(first + i) % 2];
      g_autoptr (GPtrArray) items = list_records (context, work, kind, error);
      const WgRecordView *view;

      if (items == NULL)
        return NULL;
      if (items->len == 0)
        continue;
      view = wg_record_item_get_view (items->pdata[sim_random_below (work->random, items->len)]);
      work->id = g_strdup (view->record->id);
      return wg_records_get (context, work->id, error);
    }
  return NULL;
}

/* --- what is done ---------------------------------------------------------------------------- */

static gpointer
create_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Work *work = data;
  const WgKind *kind = wg_kind_list ()[sim_random_below (work->random, 2)];
  g_autoptr (WgRecord) record = wg_record_new (kind);

  for (gsize i = 0; i < G_N_ELEMENTS (POOLS); i++)
    if (g_str_equal (POOLS[i].kind, kind->name))
      put_value (record, &POOLS[i], work->random);
  if (g_str_equal (kind->name, "resident"))
    {
      wg_record_set_text (record, "id_kind", "414");
    }
  else
    {
      wg_record_set_text (record, "building", "1");
      wg_record_set_text (record, "unit", "1");
    }
  work->id = wg_records_create (context, record, NULL, error);
  work->done = work->id != NULL;
  return NULL;
}

void
act_record_create (SimRandom *random)
{
  Work work = { random };

  work_do ("record", &work, create_job);
}

static gpointer
change_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Work *work = data;
  g_autoptr (WgRecordView) view = choose_record (context, work, error);
  g_autoptr (WgRecord) wanted = view ? wg_record_edit (view->record) : NULL;

  if (view == NULL)
    return NULL;
  put_some (wanted, work->random);
  work->done = wg_records_change (context, NULL, wanted, NULL, NULL, error);
  return NULL;
}

void
act_record_change (SimRandom *random)
{
  Work work = { random };

  work_do ("change", &work, change_job);
}

typedef struct
{
  Work work;
  Form *form;
} FormWork;

static gpointer
open_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  FormWork *self = data;
  g_autoptr (WgRecordView) view = choose_record (context, &self->work, error);

  if (view)
    self->form->seen = wg_record_ref (view->record);
  return NULL;
}

/* What was seen may have changed beneath the form. */
static gpointer
save_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  FormWork *self = data;
  g_autoptr (WgRecord) wanted = wg_record_edit (self->form->seen);

  self->work.id = g_strdup (wanted->id);
  put_some (wanted, self->work.random);
  self->work.done = wg_records_change (context, self->form->seen, wanted, NULL, NULL, error);
  return NULL;
}

/* Opened, or what has been open for a while is saved. */
void
act_form (SimRandom *random)
{
  Terminal *terminal = work_choose_terminal (random);
  FormWork self = { { random } };
  g_autoptr (GError) error = NULL;

  if (terminal == NULL)
    return;
  self.form = &forms[terminal - world.terminals];
  if (self.form->seen == NULL)
    {
      terminal_do (terminal, open_job, &self, NULL);
      g_free (self.work.id);
      return;
    }
  terminal_do (terminal, save_job, &self, &error);
  sim_trace ("%s: form %s %s", terminal->process.name, self.work.id ? self.work.id : "",
             error ? error->message : "saved");
  if (self.work.done && error == NULL)
    oracle_saved (terminal, self.work.id);
  g_free (self.work.id);
  g_clear_pointer (&self.form->seen, wg_record_unref);
}

static gpointer
void_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Work *work = data;
  g_autoptr (WgRecordView) view = choose_record (context, work, error);

  work->done = view && wg_records_void (context, work->id, "样例理由", error);
  return NULL;
}

void
act_record_void (SimRandom *random)
{
  Work work = { random };

  work_do ("void", &work, void_job);
}

static gpointer
confirm_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Work *work = data;
  g_autoptr (WgRecordView) view = choose_record (context, work, error);

  work->done = view && wg_records_confirm (context, work->id, error);
  return NULL;
}

void
act_record_confirm (SimRandom *random)
{
  Work work = { random };

  work_do ("confirm", &work, confirm_job);
}

static gpointer
reveal_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  static const char *const fields[] = { "phone", NULL };
  Work *work = data;
  g_autoptr (WgRecordView) view = choose_record (context, work, error);

  work->done = view && wg_records_reveal (context, work->id, fields, "样例理由", error);
  return NULL;
}

void
act_record_reveal (SimRandom *random)
{
  Work work = { random };

  work_do ("reveal", &work, reveal_job);
}

/* --- two at once -------------------------------------------------------------------------------
 */

static gpointer
find_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Work *work = data;
  g_autoptr (GPtrArray) items = list_records (context, work, wg_kind_find ("resident"), error);

  if (items && items->len > 0)
    work->id = g_strdup (wg_record_item_get_view (items->pdata[0])->record->id);
  return NULL;
}

static gpointer
write_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Work *work = data;
  g_autoptr (WgRecordView) view = wg_records_get (context, work->rec, error);
  g_autoptr (WgRecord) wanted = view ? wg_record_edit (view->record) : NULL;

  if (view == NULL)
    return NULL;
  work->id = g_strdup (work->rec);
  wg_record_set_text (wanted, "phone", work->value);
  work->done = wg_records_change (context, NULL, wanted, NULL, NULL, error);
  return NULL;
}

static void
write_phone (Terminal *terminal, SimRandom *random, const char *rec, const char *value)
{
  Work work = { random, .at = terminal, .rec = rec, .value = value };

  work_do ("race", &work, write_job);
}

/* What is observed while the line is away goes up after the tablet was started anew, with another
 * clock: then nothing but its wall clock says when that was. */
void
act_race (SimRandom *random)
{
  Terminal *one = &world.terminals[0];
  Terminal *two = &world.terminals[2];
  Work work = { random };

  if (!one->used || !two->used || !terminal_runs (one) || !terminal_runs (two))
    return;
  terminal_do (one, find_job, &work, NULL);
  if (work.id == NULL)
    return;
  if (sim_random_chance (random, 5000))
    {
      Terminal *other = one;
      one = two;
      two = other;
    }
  faults_cut_line (one, 200 + sim_random_below (random, 100));
  faults_cut_line (two, 150 + sim_random_below (random, 100));
  faults_set_clock (one, random);
  write_phone (one, random, work.id, "13800000011");
  sim_sleep ((70 + sim_random_below (random, 60)) * SIM_SECOND);
  write_phone (two, random, work.id, "13800000012");
  faults_go_flat (one, random);
  if (sim_random_chance (random, 5000))
    faults_go_flat (two, random);
  g_free (work.id);
}

/* --- conflicts ------------------------------------------------------------------------------- */

static gpointer
settle_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Work *work = data;
  g_autoptr (GPtrArray) items = wg_conflicts_list (context, FALSE, 0, 50, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree WgChoice *choices = NULL;
  const WgConflict *conflict;

  if (items == NULL || items->len == 0)
    return NULL;
  conflict =
      wg_conflict_item_get_conflict (items->pdata[sim_random_below (work->random, items->len)]);
  choices = g_new (WgChoice, conflict->fields->len);
  for (guint i = 0; i < conflict->fields->len; i++)
    {
      g_ptr_array_add (names,
                       (char *) ((WgConflictField *) conflict->fields->pdata[i])->field->name);
      choices[i] = sim_random_chance (work->random, 5000) ? WG_CHOICE_MINE : WG_CHOICE_THEIRS;
    }
  g_ptr_array_add (names, NULL);
  work->id = g_strdup (conflict->id);
  work->done =
      wg_conflicts_settle (context, work->id, (const char *const *) names->pdata, choices, error);
  return NULL;
}

void
act_conflict_settle (SimRandom *random)
{
  Work work = { random };

  work_do ("settle", &work, settle_job);
}

void
work_records_end (void)
{
  for (guint i = 0; i < WORLD_TERMINALS; i++)
    g_clear_pointer (&forms[i].seen, wg_record_unref);
}
