/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pulls: whole pages or nothing, order, cursor, and what a later platform may add. */
#include <string.h>

#include "samples.h"

static WgPullPage *
read_page (const char *text, gsize length, GError **error)
{
  g_autoptr (GBytes) body = g_bytes_new (text, length);

  return wg_wire_pull_page_from_body (body, error);
}

static void
assert_refused (const char *text, gsize length, int code, const char *problem)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (read_page (text, length, &error));
  g_assert_error (error, WG_WIRE_ERROR, code);
  g_assert_cmpstr (wg_wire_error_get_problem (error), ==, problem);
}

static void
test_cut (void)
{
  static const char *const files[] = { "pull-page.ndjson", "pull-page-more.ndjson" };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *text = fixture_read (files[i]);
      gsize n = strlen (text);
      for (gsize cut = 0; cut < n; cut++)
        assert_refused (text, cut, WG_WIRE_ERROR_MALFORMED, "malformed");
      g_autoptr (WgPullPage) page = read_page (text, n, NULL);
      g_assert_nonnull (page);
    }
}

static void
test_members (void)
{
  g_autofree char *text = fixture_read ("pull-page.ndjson");
  g_autoptr (WgPullPage) page = read_page (text, strlen (text), NULL);
  g_autoptr (WgPullPage) expected = sample_page ();

  g_assert_cmpstr (page->epoch, ==, SAMPLE_EPOCH);
  g_assert_cmpstrv (page->keep, expected->keep);
  g_assert_cmpstrv (page->add, expected->add);
  g_assert_cmpstrv (page->drop, expected->drop);
  g_assert_cmpint (page->last_seq, ==, 1023);
  g_assert_cmpint (page->durable_seq, ==, 990);
  g_assert_false (page->more);
  g_assert_cmpuint (page->rows->len, ==, expected->rows->len);
  for (guint i = 0; i < page->rows->len; i++)
    {
      const WgPullRow *a = g_ptr_array_index (page->rows, i);
      const WgPullRow *b = g_ptr_array_index (expected->rows, i);
      g_assert_cmpstr (a->scope, ==, b->scope);
      g_assert_cmpint (a->number, ==, b->number);
      g_assert_cmpstr (a->kind, ==, b->kind);
      g_assert_cmpstr (a->id, ==, b->id);
      g_assert_cmpint (a->ver, ==, b->ver);
      g_assert_cmpint (a->gone, ==, b->gone);
      g_assert_cmpstr (a->body, ==, b->body);
    }
  const WgScopeDigest *digest = g_hash_table_lookup (page->digests, "g:370502001001001");
  g_assert_cmpuint (g_hash_table_size (page->digests), ==, 3);
  g_assert_cmpuint (digest->n, ==, 1);
  g_assert_cmphex (digest->sum, ==, wg_crypto_row_digest (SAMPLE_EVENT, 4));
  g_assert_cmpint (*(gint64 *) g_hash_table_lookup (page->cursor, "w:w0001"), ==, 77);
}

/* The bodies of the page are what the readers of reference rows take. */
static void
test_reference_rows (void)
{
  g_autofree char *text = fixture_read ("pull-page-more.ndjson");
  g_autoptr (WgPullPage) page = read_page (text, strlen (text), NULL);
  const WgPullRow *const *rows = (const WgPullRow *const *) page->rows->pdata;
  g_autoptr (WgOrg) org = wg_wire_org_from_json (rows[0]->body, NULL);
  g_autoptr (WgGrid) grid = wg_wire_grid_from_json (rows[1]->body, NULL);
  g_autoptr (WgWorker) worker = wg_wire_worker_from_json (rows[2]->body, NULL);
  g_autofree char *standard = wg_wire_text_from_json (rows[3]->body, NULL);
  g_autoptr (WgPack) pack = wg_wire_pack_from_json (rows[4]->body, NULL);

  g_assert_cmpstr (org->code, ==, "370502001");
  g_assert_cmpstr (org->short_name, ==, "文汇");
  g_assert_cmpstr (org->phone, ==, "0546-0000000");
  g_assert_cmpint (org->kind, ==, 3);
  g_assert_cmpstr (grid->community, ==, "样例社区");
  g_assert_cmpuint (grid->boundary->n_points, ==, 4);
  g_assert_cmpfloat (grid->boundary->points[2].lat, ==, 37.4341);
  g_assert_cmpint (worker->role, ==, WG_ROLE_WORKER);
  g_assert_cmpstr (worker->grid_code, ==, "370502001001001");
  g_assert_cmpstr (standard, ==, "code,name\n0202,井盖\n");
  g_assert_cmpint (pack->bytes, ==, 4194304);
  g_assert_cmpint (pack->datum, ==, WG_DATUM_WGS84);
}

static void
test_reference_refused (void)
{
  g_assert_null (wg_wire_org_from_json ("{\"code\":\"1\",\"kind\":3}", NULL));
  g_assert_null (wg_wire_org_from_json ("{\"code\":1,\"name\":\"x\",\"kind\":3}", NULL));
  g_assert_null (wg_wire_grid_from_json (
      "{\"code\":\"1\",\"name\":\"x\",\"kind\":1,\"org_code\":\"1\",\"boundary\":[1,2,3,4]}",
      NULL));
  g_assert_null (wg_wire_grid_from_json (
      "{\"code\":\"1\",\"name\":\"x\",\"kind\":1,\"org_code\":\"1\",\"boundary\":[1,2,3,4,5,6,7]}",
      NULL));
  g_assert_null (wg_wire_grid_from_json (
      "{\"code\":\"1\",\"name\":\"x\",\"kind\":1,\"org_code\":\"1\",\"boundary\":[1,2,3,4,5,null]}",
      NULL));
  g_autoptr (WgWorker) worker = wg_wire_worker_from_json (
      "{\"id\":\"1\",\"name\":\"x\",\"role\":\"later\",\"org_code\":\"1\"}", NULL);
  g_assert_cmpint (worker->role, ==, 0);
  g_assert_null (wg_wire_pack_from_json ("{\"sha256\":\"" SAMPLE_PHOTO
                                         "\",\"bytes\":1,\"kind\":\"mbtiles\",\"format\":\"pbf\","
                                         "\"datum\":\"mars\"}",
                                         NULL));
  g_assert_null (wg_wire_text_from_json ("{\"text\":1}", NULL));
}

static void
replace_and_refuse (const char *old, const char *new)
{
  g_autofree char *text = fixture_read ("pull-page.ndjson");
  g_autoptr (GString) changed = g_string_new (text);

  g_assert_cmpuint (g_string_replace (changed, old, new, 1), ==, 1);
  g_test_message ("%s -> %s", old, new);
  assert_refused (changed->str, changed->len, WG_WIRE_ERROR_MALFORMED, "malformed");
}

static void
test_refused (void)
{
  static const char *const changes[][2] = {
    { "{\"t\":\"pull\"", "{\"t\":\"push\"" },
    { "\"v\":1,\"epoch\"", "\"v\":2,\"epoch\"" },
    { "\"keep\":", "\"kept\":" },
    { "\"durable_seq\":990", "\"durable_seq\":-1" },
    { "\"t\":\"row\"", "\"t\":\"raw\"" },
    { "\"q\":8813,", "" },
    { "\"q\":8813", "\"q\":8816" },             /* not rising */
    { "\"q\":8816,\"k\"", "\"q\":8812,\"k\"" }, /* falling */
    { "8816,\"ref", "8815,\"ref" },             /* cursor before the last row */
    { "\"cursor\":{\"g:370502001001001\"", "\"cursor\":{\"g:370502001001009\"" },
    { "\"ref:370502\":5", "\"ref:370502\":5.5" },
    { "\"id\":\"" SAMPLE_EVENT "\",\"v\":4", "\"id\":\"\",\"v\":4" },
    { "\"v\":4,", "\"v\":0," },
    { "\"f\":{", "\"f\":[],\"g\":{" },
    { "\"steps\":[", "\"steps\":1,\"more\":[" },
    { "\"digest\":{", "\"digests\":{" },
    { "\"more\":false", "\"more\":0" },
    { "\"x\":\"0", "\"x\":\"" },
    { "\"x\":\"0", "\"x\":\"G" },
    { "\"n\":1,", "" },
    { "\"}}}\n", "\"}}}\n\n" },
    { "\"}}}\n", "\"}}}\n{}\n" },
    { "{\"t\":\"end\"", "<html>{\"t\":\"end\"" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++)
    replace_and_refuse (changes[i][0], changes[i][1]);
}

/* Kinds, fields and members of a later platform are kept in the text, for ever. */
static void
test_later (void)
{
  static const char text[] =
      "{\"t\":\"pull\",\"v\":1,\"epoch\":\"e\",\"scopes\":{\"keep\":[],\"add\":[],\"drop\":[]},"
      "\"last_seq\":0,\"durable_seq\":0,\"later\":1}\n"
      "{\"t\":\"row\",\"s\":\"g:1\",\"q\":1,\"k\":\"event\",\"id\":\"x\",\"v\":1,\"steps\":[{"
      "\"later\":[1,2.50]}],"
      "\"f\":{\"later\":{\"a\":\"\\u4e95\"},\"level\":2}}\n"
      "{\"t\":\"row\",\"s\":\"g:1\",\"q\":2,\"k\":\"person\",\"id\":\"y\",\"v\":1,\"f\":{\"name\":"
      "\"n\"},\"more\":1}\n"
      "{\"t\":\"row\",\"s\":\"g:1\",\"q\":3,\"k\":\"event\",\"id\":\"z\",\"v\":1,\"f\":{}}\n"
      "{\"t\":\"end\",\"cursor\":{\"g:1\":3},\"digest\":{}}\n";
  g_autoptr (GError) error = NULL;
  g_autoptr (WgPullPage) page = read_page (text, strlen (text), &error);

  g_assert_no_error (error);
  g_assert_cmpuint (page->rows->len, ==, 3);
  const WgPullRow *const *rows = (const WgPullRow *const *) page->rows->pdata;
  g_assert_cmpstr (
      rows[0]->body, ==,
      "{\"f\":{\"later\":{\"a\":\"井\"},\"level\":2},\"steps\":[{\"later\":[1,2.5]}]}");
  g_assert_cmpstr (rows[1]->kind, ==, "person");
  g_assert_cmpstr (rows[1]->body, ==, "{\"name\":\"n\"}");
  g_assert_cmpstr (rows[2]->body, ==, "{\"f\":{},\"steps\":[]}");
  g_assert_false (page->more);
}

static char *
page_of (guint n, gsize size)
{
  g_autoptr (WgPullPage) page = wg_pull_page_new ();
  g_autofree char *letters = g_strnfill (size, 'x');
  g_autofree char *body = wg_wire_text_to_json (letters);
  gint64 *last = g_new (gint64, 1);
  gsize length;

  page->epoch = g_strdup ("e");
  *last = n;
  g_hash_table_insert (page->cursor, g_strdup ("ref:1"), last);
  for (guint i = 1; i <= n; i++)
    {
      WgPullRow *row = wg_pull_row_new ();
      *row = (WgPullRow) { g_strdup ("ref:1"), i, g_strdup ("text"), g_strdup ("id"), 1, FALSE,
                           g_strdup (body) };
      g_ptr_array_add (page->rows, row);
    }
  g_autoptr (GBytes) bytes = wg_wire_pull_page_to_body (page);
  const char *data = g_bytes_get_data (bytes, &length);
  return g_strndup (data, length);
}

/* A standard of 300 KiB comes in one row; a hostile platform is stopped at the limits. */
static void
test_limits (void)
{
  g_autofree char *most = page_of (WG_LIMIT_PULL_ROWS, 1);
  g_autofree char *more = page_of (WG_LIMIT_PULL_ROWS + 1, 1);
  g_autofree char *long_row = page_of (1, 300 * 1024);
  g_autofree char *large = page_of (5, 1024 * 1024);
  g_autoptr (WgPullPage) page = read_page (most, strlen (most), NULL);
  g_autoptr (WgPullPage) long_page = read_page (long_row, strlen (long_row), NULL);

  g_assert_nonnull (page);
  g_assert_nonnull (long_page);
  assert_refused (more, strlen (more), WG_WIRE_ERROR_LIMIT, "too-many");
  assert_refused (large, strlen (large), WG_WIRE_ERROR_LIMIT, "too-large");
}

static void
test_request (void)
{
  static const char *const refused[] = {
    "{}",
    "{\"cursor\":[]}",
    "{\"cursor\":{\"a\":-1}}",
    "{\"cursor\":{\"a\":\"1\"}}",
    "{\"cursor\":{\"a\":1,\"a\":2}}",
    "{\"cursor\":{},\"max_rows\":0}",
    "{\"cursor\":{},\"max_rows\":501}",
  };
  g_autoptr (WgPullRequest) request = wg_wire_pull_request_from_json ("{\"cursor\":{}}", 13, NULL);

  g_assert_cmpint (request->max_rows, ==, WG_LIMIT_PULL_ROWS);
  g_assert_cmpuint (g_hash_table_size (request->cursor), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (wg_wire_pull_request_from_json (refused[i], strlen (refused[i]), &error));
      g_assert_error (error, WG_WIRE_ERROR, WG_WIRE_ERROR_MALFORMED);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (wg_crypto_init (NULL));
  g_test_add_func ("/wire/pull/cut", test_cut);
  g_test_add_func ("/wire/pull/members", test_members);
  g_test_add_func ("/wire/pull/reference-rows", test_reference_rows);
  g_test_add_func ("/wire/pull/reference-refused", test_reference_refused);
  g_test_add_func ("/wire/pull/refused", test_refused);
  g_test_add_func ("/wire/pull/later", test_later);
  g_test_add_func ("/wire/pull/limits", test_limits);
  g_test_add_func ("/wire/pull/request", test_request);
  return g_test_run ();
}
