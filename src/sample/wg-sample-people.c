/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Units, grids with their communities, departments and the people in them. */
#include "sample/wg-sample-names.h"

#include <string.h>

/* Kinds of organisation, domain.md 5.11. */
enum
{
  ORG_CITY = 1,
  ORG_DISTRICT = 2,
  ORG_TOWN = 3,
  ORG_COMMUNITY = 4,
  ORG_DEPARTMENT = 5,
  ORG_UTILITY = 7,
  ORG_CENTRE = 8,
  ORG_SUB_CENTRE = 9,
  ORG_ASSESSORS = 10,
};

/* Names of 2018, before the reform of 2019. Source: lead roles of domain.md 1.8.3 */
static const struct
{
  const char *code, *name, *short_name;
  int kind;
} DEPARTMENTS[] = {
  { "370502D01", "东营区城市管理行政执法局", "城管执法", ORG_DEPARTMENT },
  { "370502D02", "东营区环境卫生管理处", "环卫", ORG_DEPARTMENT },
  { "370502D03", "东营区市政管理处", "市政", ORG_DEPARTMENT },
  { "370502D04", "东营区园林管理处", "园林", ORG_DEPARTMENT },
  { "370502D05", "东营区水利局", "水利", ORG_DEPARTMENT },
  { "370502D06", "东营区住房和城乡建设局", "住建", ORG_DEPARTMENT },
  { "370502D07", "东营区安全生产监督管理局", "安监", ORG_DEPARTMENT },
  { "370502D08", "东营区环境保护局", "环保", ORG_DEPARTMENT },
  { "370502D09", "东营区公安分局", "公安", ORG_DEPARTMENT },
  { "370502D10", "东营区公安分局交警大队", "交警", ORG_DEPARTMENT },
  { "370502D11", "东营区公安消防大队", "消防", ORG_DEPARTMENT },
  { "370502D12", "东营区综治办", "综治办", ORG_DEPARTMENT },
  { "370502D13", "东营区信访局", "信访", ORG_DEPARTMENT },
  { "370502D14", "东营区司法局", "司法", ORG_DEPARTMENT },
  { "370502D15", "东营区民政局", "民政", ORG_DEPARTMENT },
  { "370502D16", "东营区残疾人联合会", "残联", ORG_DEPARTMENT },
  { "370502D17", "东营区卫生和计划生育局", "卫计", ORG_DEPARTMENT },
  { "370502D18", "东营区教育局", "教育", ORG_DEPARTMENT },
  { "370502D19", "东营区人力资源和社会保障局", "人社", ORG_DEPARTMENT },
  { "370502D20", "东营区国土资源分局", "国土", ORG_DEPARTMENT },
  { "370502D21", "东营区市场监督管理局", "市场监管", ORG_DEPARTMENT },
  { "370502D22", "东营区交通运输局", "交通", ORG_DEPARTMENT },
  { "370502D23", "东营区农业局", "农业", ORG_DEPARTMENT },
  { "370502D24", "东营区文化广电新闻出版局", "文化执法", ORG_DEPARTMENT },
  { "370502D25", "东营区体育局", "体育", ORG_DEPARTMENT },
  { "370502D26", "东营区金融工作办公室", "金融", ORG_DEPARTMENT },
  { "370502E01", "示例供水公司", "供水", ORG_UTILITY },
  { "370502E02", "示例供电公司", "供电", ORG_UTILITY },
  { "370502E03", "示例燃气公司", "燃气", ORG_UTILITY },
  { "370502E04", "示例热力公司", "热力", ORG_UTILITY },
  { "370502E05", "示例通信公司", "通信", ORG_UTILITY },
};

/* Numbers begin with zeros that no exchange assigns: they ring nowhere. */
static WgOrg *
add_org (WgSampleDistrict *district,
         const char *code,
         const char *name,
         const char *short_name,
         int kind,
         const char *parent)
{
  WgOrg *org = wg_org_new ();

  org->code = g_strdup (code);
  org->name = g_strdup (name);
  org->short_name = g_strdup (short_name);
  org->kind = kind;
  org->parent = g_strdup (parent);
  if (kind != ORG_COMMUNITY)
    org->phone = g_strdup_printf ("0000000%04u", district->orgs->len + 1);
  g_ptr_array_add (district->orgs, org);
  return org;
}

static void
add_worker (WgSampleDistrict *district,
            WgChance *chance,
            WgRole role,
            const char *org_code,
            const char *grid_code)
{
  WgWorker *worker = wg_worker_new ();

  worker->id = g_strdup_printf ("w%04u", district->workers->len + 1);
  worker->name = wg_sample_name_person (chance);
  worker->role = role;
  worker->org_code = g_strdup (org_code);
  worker->grid_code = g_strdup (grid_code);
  g_ptr_array_add (district->workers, worker);
}

static WgGridKind
choose_kind (int unit, int nth)
{
  const WgLandUnit *row = &WG_LAND_UNITS[unit];

  if (g_str_has_suffix (row->code, "400"))
    return nth < 6 ? WG_GRID_COMMERCIAL : WG_GRID_PLANT;
  if (g_str_has_suffix (row->code, "004") && nth < 6)
    return nth < 4 ? WG_GRID_CITY : WG_GRID_PLANT;
  if (row->urban)
    return nth % 5 == 4 ? WG_GRID_COMMERCIAL : WG_GRID_CITY;
  return nth % 5 == 4 ? WG_GRID_PLANT : WG_GRID_RURAL;
}

/* Two to four neighbouring grids make a community; each of its grids has a number in it. */
static void
make_unit_grids (
    WgSampleDistrict *district, const WgLand *land, int unit, guint *n_names, WgChance *chance)
{
  const WgLandUnit *row = &WG_LAND_UNITS[unit];
  int community = 0, nth = 0, left = 0;
  g_autofree char *name = NULL;
  g_autofree char *code = NULL;

  for (int i = 0; i < row->n_grids; i++)
    {
      WgGrid *grid = wg_grid_new ();
      grid->kind = choose_kind (unit, i);
      if (left == 0)
        {
          gboolean rural = grid->kind == WG_GRID_RURAL;
          left = MIN (wg_chance_int (chance, 2, 4), row->n_grids - i);
          if (row->n_grids - i - left == 1)
            left++;
          nth = 0;
          community++;
          g_free (name);
          name = wg_sample_name_community ((*n_names)++, rural);
          g_free (code);
          code = g_strdup_printf ("%s%03d", row->code, community + (rural ? 200 : 0));
          add_org (district, code, name, name, ORG_COMMUNITY, row->code);
        }
      left--;
      g_autofree char *number = wg_sample_number_name (++nth);
      grid->code = g_strdup_printf ("%s%03d", code, nth);
      grid->name = g_strdup_printf ("%s第%s网格", name, number);
      grid->org_code = g_strdup (row->code);
      grid->community = g_strdup (name);
      grid->boundary = wg_land_outline (land->grid, (int) district->grids->len);
      g_ptr_array_add (district->grids, grid);
    }
}

/**
 * wg_sample_make_grids:
 * @district: receives organisations above the grids, units and grids
 * @land: the cells
 * @chance: a state
 *
 * Thread: any.
 * Errors: none.
 * Source: domain.md 2.6 (codes), 5.10
 */
void
wg_sample_make_grids (WgSampleDistrict *district, const WgLand *land, WgChance *chance)
{
  guint n_names = 0;

  add_org (district, "370500", "东营市", "东营", ORG_CITY, NULL);
  add_org (district, WG_SAMPLE_DISTRICT_CODE, "东营区", "东营区", ORG_DISTRICT, "370500");
  add_org (district, WG_SAMPLE_CENTRE_CODE, "东营区网格化服务管理中心", "区级中心", ORG_CENTRE,
           WG_SAMPLE_DISTRICT_CODE);
  add_org (district, WG_SAMPLE_ASSESSOR_CODE, "东营区网格化服务管理考核组", "考核组", ORG_ASSESSORS,
           WG_SAMPLE_DISTRICT_CODE);
  for (int i = 0; i < WG_LAND_N_UNIT; i++)
    {
      const WgLandUnit *row = &WG_LAND_UNITS[i];
      WgSampleUnit *unit = g_new0 (WgSampleUnit, 1);
      g_autofree char *centre = g_strconcat (row->name, "网格化服务管理分中心", NULL);
      g_autofree char *centre_short = g_strconcat (row->short_name, "分中心", NULL);
      g_autofree char *centre_code = g_strconcat (row->code, "Z", NULL);

      unit->org = add_org (district, row->code, row->name, row->short_name, ORG_TOWN,
                           WG_SAMPLE_DISTRICT_CODE);
      unit->boundary = wg_land_outline (land->unit, i);
      g_ptr_array_add (district->units, unit);
      WgOrg *sub_centre =
          add_org (district, centre_code, centre, centre_short, ORG_SUB_CENTRE, row->code);
      g_set_str (&sub_centre->phone, unit->org->phone); /* one duty number a unit */
      make_unit_grids (district, land, i, &n_names, chance);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (DEPARTMENTS); i++)
    add_org (district, DEPARTMENTS[i].code, DEPARTMENTS[i].name, DEPARTMENTS[i].short_name,
             DEPARTMENTS[i].kind, WG_SAMPLE_DISTRICT_CODE);
}

/**
 * wg_sample_make_people:
 * @district: receives the workers; has its organisations and grids already
 * @chance: a state
 *
 * One head a grid; in each unit a leader, a clerk, a dispatcher and a supervisor; a handler
 * and a leader in each department; district centre, assessor, auditor, administrator.
 *
 * Thread: any.
 * Errors: none.
 * Source: domain.md 1.1
 */
void
wg_sample_make_people (WgSampleDistrict *district, WgChance *chance)
{
  static const WgRole unit_roles[] = { WG_ROLE_CLERK, WG_ROLE_DISPATCHER, WG_ROLE_LEADER,
                                       WG_ROLE_SUPERVISOR };
  static const WgRole centre_roles[] = { WG_ROLE_DISTRICT, WG_ROLE_AUDITOR, WG_ROLE_ADMIN };

  for (guint i = 0; i < district->grids->len; i++)
    {
      const WgGrid *grid = g_ptr_array_index (district->grids, i);
      add_worker (district, chance, WG_ROLE_WORKER, grid->org_code, grid->code);
    }
  for (int i = 0; i < WG_LAND_N_UNIT; i++)
    for (gsize j = 0; j < G_N_ELEMENTS (unit_roles); j++)
      add_worker (district, chance, unit_roles[j], WG_LAND_UNITS[i].code, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (DEPARTMENTS); i++)
    {
      add_worker (district, chance, WG_ROLE_HANDLER, DEPARTMENTS[i].code, NULL);
      add_worker (district, chance, WG_ROLE_LEADER, DEPARTMENTS[i].code, NULL);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (centre_roles); i++)
    add_worker (district, chance, centre_roles[i], WG_SAMPLE_CENTRE_CODE, NULL);
  add_worker (district, chance, WG_ROLE_ASSESSOR, WG_SAMPLE_ASSESSOR_CODE, NULL);
}
