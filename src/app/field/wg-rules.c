/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the rules say of an event in a form, and what to tell when they change meanwhile. */
#include "app/field/wg-rules.h"

#include <glib/gi18n.h>

#include "app/field/wg-event-maker.h"
#include "app/field/wg-event-words.h"

/**
 * wg_rules_read:
 * @services: what the screens work with, open
 * @event: the event as it stands in a form
 *
 * Asks the standard and the grids in force.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: what they say now
 */
WgRules
wg_rules_read (WgServices *services, const WgEvent *event)
{
  WgStandard *standard = wg_district_get_standard (wg_services_get_district (services));
  const WgEventClass *row = standard != NULL && event->class_code != NULL
                                ? wg_standard_find (standard, event->class_code)
                                : NULL;
  WgRules rules = { .has_class = event->class_code != NULL };

  if (row != NULL && row->parent != NULL &&
      wg_event_class_is_active (row, wg_services_now_ms (services)))
    {
      rules.in_force = TRUE;
      rules.suggested = row->default_level;
      rules.levels = row->levels;
    }
  rules.outside = wg_event_maker_outside_m (services, event) > 0;
  return rules;
}

/**
 * wg_rules_explain_class:
 * @before: what the form was filled by
 * @now: what holds now
 * @level: of the event in the form
 *
 * Tells what another version of the standard means for the class that was chosen.
 *
 * Thread: UI.
 * Errors: none.
 * Source: ux.md T13
 *
 * Returns: (transfer full) (nullable): translated text, %NULL when nothing changed for it
 */
char *
wg_rules_explain_class (const WgRules *before, const WgRules *now, WgEventLevel level)
{
  if (!now->has_class || !before->in_force)
    return NULL;
  if (!now->in_force)
    return g_strdup (
        _("This class is no longer in force. Choose another one; nothing you wrote is lost."));
  if (wg_event_level_is_among (level, before->levels) &&
      !wg_event_level_is_among (level, now->levels))
    return g_strdup_printf (_("The standard has changed: this class is no longer reported as “%s”, "
                              "but as “%s”. Check the level before you report."),
                              wg_level_to_mark (level), wg_level_to_mark (now->suggested));
  if (before->suggested != now->suggested)
    return g_strdup_printf (_("The standard has changed: it now suggests “%s” for this class. "
                              "Check the level before you report."),
                              wg_level_to_mark (now->suggested));
  return NULL;
}

/**
 * wg_rules_explain_place:
 * @before: what the form was filled by
 * @now: what holds now
 *
 * Tells what moved borders mean for the place that was taken.
 *
 * Thread: UI.
 * Errors: none.
 * Source: ux.md T13
 *
 * Returns: (transfer none) (nullable): translated text, %NULL when nothing changed for it
 */
const char *
wg_rules_explain_place (const WgRules *before, const WgRules *now)
{
  if (before->outside == now->outside)
    return NULL;
  return now->outside ? _("The borders of the grids have changed: this place is outside your grid "
                          "now. You may report it all the same; say why below.")
                      : _("The borders of the grids have changed: this place is in your grid now.");
}
