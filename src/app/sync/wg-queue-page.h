/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue (队列): waiting, sending, refused with reason, sent in the last thirty days. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_QUEUE_PAGE (wg_queue_page_get_type ())
G_DECLARE_FINAL_TYPE (WgQueuePage, wg_queue_page, WG, QUEUE_PAGE, AdwBin)

WgQueuePage *wg_queue_page_new (WgServices *services);

G_END_DECLS
